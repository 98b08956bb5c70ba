"""What a backend asks about a value, where its type alone does not tell."""

from __future__ import annotations

from overture.expressions.tree import Call, Expr, Filter, Slice, Text

_DISTINCT = frozenset(("unique", "keys", "groupby"))
"""Filters whose list never holds a value twice."""
_SELECTING = frozenset(("sort", "reverse", "select", "reject", "selectattr", "rejectattr"))
"""Filters that give items of their list, each at most once."""


def may_hold_twice(tree: Expr) -> bool:
    """Whether the list that a tree gives may hold a value more than once."""
    while isinstance(tree, Text):
        tree = tree.body
    if tree.type.distinct or tree.type.max_items in (0, 1):
        return False
    match tree:
        case Filter(name=name) if name in _DISTINCT:
            return False
        case Filter(name=name, of=of) if name in _SELECTING:
            return may_hold_twice(of)
        case Slice(of=of):
            return may_hold_twice(of)
        case Call(name="range"):
            return False
    return True
