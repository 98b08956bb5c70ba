"""The graph of a workflow, drawn: text, Mermaid, DOT, SVG."""
