"""Expressions and their types."""
