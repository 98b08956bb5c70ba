"""Expressions: the tree, what is known of its values before anything runs, and what it is worth at run time."""
