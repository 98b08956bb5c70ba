"""Where the types of a tree show that plain Python means the same as ours."""

from __future__ import annotations

from overture.expressions.tree import Binary, Expr, Filter, Literal, Ref, Text, Unary
from overture.expressions.types import Type

# Up to here integers are exact as doubles too, so no check is needed of sums and products that stay below.
_EXACT_BOUND = 2**53
_LENGTH_BOUND = 2**31  # no list or text is longer

_DEPTH_OF_TYPES = 6  # schemas may be deep; what lies deeper is taken as unknown


def bare(tree: Expr) -> Expr:
    """The tree without the marks of where it stood."""
    while isinstance(tree, Text):
        tree = tree.body
    return tree


def is_null(tree: Expr) -> bool:
    tree = bare(tree)
    return isinstance(tree, Literal) and tree.value is None


def bound(tree: Expr) -> int | None:
    """The largest magnitude of an integer that the tree can give, or None if that is not known or not small."""
    tree = bare(tree)
    most: int | None = None
    match tree:
        case Literal(value=int() as value) if not isinstance(value, bool):
            most = abs(value)
        case Ref(root="loop") | Filter(name="length"):
            most = _LENGTH_BOUND
        case Unary(op="-" | "+", operand=operand):
            most = bound(operand)
        case Binary(op="+" | "-" | "*" as op, left=left, right=right):
            one, other = bound(left), bound(right)
            if one is not None and other is not None:
                most = one * other if op == "*" else one + other
    return most if most is not None and most <= _EXACT_BOUND else None


def is_confusable(left: Type, right: Type, depth: int = _DEPTH_OF_TYPES) -> bool:
    """Whether `==` of Python may take a boolean for a number somewhere in two values of these types."""
    if any(one.may_be("boolean") and other.may_be("integer") for one, other in ((left, right), (right, left))):
        return True
    if (
        left.may_be("array")
        and right.may_be("array")
        and (depth == 0 or is_confusable(left.item, right.item, depth - 1))
    ):
        return True
    if left.may_be("object") and right.may_be("object"):
        if depth == 0:
            return True
        keys = {*left.properties, *right.properties}
        if any(is_confusable(left.at(key), right.at(key), depth - 1) for key in keys):
            return True
        return not left.is_closed and not right.is_closed
    return False


def is_membership_plain(item: Type, container: Type) -> bool:
    """Whether `in` of Python means what ours means for these."""
    if container.is_only("array"):
        return not is_confusable(container.item, item)
    return item.is_only("string") and container.is_only("object", "string")


def are_ordered(left: Type, right: Type) -> bool:
    """Whether `<` of Python means what ours means: it takes booleans for numbers, and orders lists."""
    for one, other in ((left, right), (right, left)):
        if one.is_only("string") or (one.is_only("number") and not other.may_be("boolean")):
            return True
    return False
