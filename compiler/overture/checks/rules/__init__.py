"""The rules of the checker: one module each, grouped by family. A module's docstring is its page."""
