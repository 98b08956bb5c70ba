"""Whether a condition certainly has a value: then it may stand in the flow, where its failure would be no task's."""

from __future__ import annotations

import re

from overture.expressions.tree import (
    Binary,
    Compare,
    Conditional,
    Expr,
    Filter,
    Key,
    ListOf,
    Literal,
    ObjectOf,
    Ref,
    Template,
    Test,
    Text,
    Unary,
)

_TOTAL = {
    "length": ("string", "array", "object"),
    "lower": ("string",),
    "upper": ("string",),
    "trim": ("string",),
    "keys": ("object",),
    "values": ("object",),
}


def cannot_fail(tree: Expr) -> bool:
    """Whether the types show that a tree has a value for all data of those types."""
    match tree:
        case Literal() | Ref():
            return True
        case Text(body=body):
            return cannot_fail(body)
        case Key(of=of, key=key):
            return cannot_fail(of) and of.type.is_only("object") and key in of.type.required
        case Unary(op="not", operand=operand):
            return operand.type.is_only("boolean") and cannot_fail(operand)
        case Binary(op="and" | "or", left=left, right=right):
            return all(each.type.is_only("boolean") and cannot_fail(each) for each in (left, right))
        case Compare(first=first, rest=rest):
            left = first
            for op, right in rest:
                if not cannot_fail(right) or not _is_comparable(left, op, right):
                    return False
                left = right
            return cannot_fail(first)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return condition.type.is_only("boolean") and all(map(cannot_fail, (condition, then, otherwise)))
        case Filter(name="default", of=of):
            argument = tree.arguments[0][1]
            return cannot_fail(argument) and _is_safe_path(of)
        case Filter(name=name, of=of):
            return name in _TOTAL and of.type.is_only(*_TOTAL[name]) and cannot_fail(of)  # type: ignore[arg-type]
        case Test(name="defined", of=of):
            return _is_safe_path(of)
        case Test(name="empty", of=of):
            return of.type.is_only("string", "array", "object") and cannot_fail(of)
        case Test(of=of):
            return cannot_fail(of)
        case ListOf(items=items):
            return all(map(cannot_fail, items))
        case ObjectOf(entries=entries):
            return all(isinstance(key, Literal) and cannot_fail(value) for key, value in entries)
        case Template(parts=parts):
            return all(map(cannot_fail, parts))
    return False


def _is_comparable(left: Expr, op: str, right: Expr) -> bool:
    if op in ("==", "!="):
        return True
    if op in ("in", "not in"):
        return right.type.is_only("array") or (
            left.type.is_only("string") and right.type.is_only("array", "object", "string")
        )
    return any(left.type.is_only(kind) and right.type.is_only(kind) for kind in ("string", "number"))


def _is_safe_path(tree: Expr) -> bool:
    """Whether a path leads at most nowhere: each step is into an object, or into null."""
    match tree:
        case Text(body=body):
            return _is_safe_path(body)
        case Key(of=of):
            return of.type.is_only("object", "null") and _is_safe_path(of)
        case Ref() | Literal():
            return True
    return False


_SIMPLE = re.compile(r"""[\w.]+(\[("[^"\\]*"|\d+)\])* (==|!=|in|not in|is|is not) ([\w.]+|"[^"\\]*")""")
_OPPOSITES = {"==": "!=", "!=": "==", "in": "not in", "not in": "in", "is": "is not", "is not": "is"}


def negated(condition: str) -> str:
    """The source of a condition that holds where this one does not, as a linter would have it."""
    if match := _SIMPLE.fullmatch(condition):
        start, end = match.span(3)
        return f"{condition[:start]}{_OPPOSITES[match[3]]}{condition[end:]}"
    is_simple = all(f" {word} " not in f" {condition} " for word in ("and", "or", "if"))
    if condition.startswith("not ") and is_simple:
        return condition.removeprefix("not ")
    return f"not {condition}" if is_simple and " " not in condition else f"not ({condition})"
