"""Code inside a task."""
