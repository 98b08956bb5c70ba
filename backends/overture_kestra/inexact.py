"""What the translations to Kestra's languages share: that there may be none."""

from __future__ import annotations

from overture.expressions.tree import Expr, Text


class Inexact(Exception):
    """This tree has no form in Kestra's languages that means the same; `args[0]` says what stands in the way."""


def bare(tree: Expr) -> Expr:
    """The tree without the marks of where it stood."""
    while isinstance(tree, Text):
        tree = tree.body
    return tree
