"""Sources of the functions that a generated module may hold."""
