"""What an expression gives, and when a condition holds, in words. What has no words is shown as it is written."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping

from overture.diagnostics.visible import visible
from overture.expressions.tree import (
    Binary,
    Compare,
    Expr,
    Filter,
    Index,
    Key,
    ListOf,
    Literal,
    Ref,
    Template,
    Test,
    Text,
    Unary,
    constant,
    written,
)
from overture.expressions.types import Json
from overture.expressions.values import equal, is_number
from overture.plan.prose.words import code, listed, named

_RESULTS = {
    "value": "the result of {}",
    "body": "the answer of {}",
    "content": "the content that {} read",
    "stdout": "what {} printed",
    "rows": "the rows of {}",
    "state": "the state of {}",
    "error": "the error of {}",
    "status": "the status of {}",
    "taken": "the way that {} took",
    "outcome": "the outcome of {}",
}
_TRIGGER = {"body": "what was posted", "headers": "the headers of what was posted", "query": "the query of the webhook"}
_RUN = {
    "id": "the id of the run",
    "started_at": "the start of the run",
    "scheduled_for": "the time that the run was scheduled for",
    "trigger": "what started the run",
    "previous_success_at": "the last run that went well",
    "state": "how the run ends",
    "error": "the run's error",
}
_COMPARED = {
    "==": "is",
    "!=": "is not",
    ">": "is more than",
    ">=": "is at least",
    "<": "is less than",
    "<=": "is at most",
    "in": "is in",
    "not in": "is not in",
}
_TESTS = {
    "defined": ("is there", "is not there"),
    "none": ("is null", "is not null"),
    "empty": ("is empty", "is not empty"),
}
_UNSAID = frozenset(("default", "urlencode", "string", "tojson", "tocsv", "join", "escape"))
"""Filters that only say how a value is written into a text."""

_FILTERS: Mapping[str, str] = {
    "length": "the number of items in {}",
    "first": "the first of {}",
    "last": "the last of {}",
    "sum": "the sum of {}",
    "min": "the least of {}",
    "max": "the greatest of {}",
    "int": "{} as an integer",
    "lower": "{} in small letters",
    "upper": "{} in capitals",
    "trim": "{}",
    "keys": "the keys of {}",
    "unique": "{} without doubles",
}


def value(tree: Expr) -> str | None:
    """The noun phrase of a value, or None when there is none."""
    match tree:
        case Text():
            return value(tree.body)
        case Literal():
            return constant_text(tree.value)
        case Ref():
            return _name(tree)
        case Key() | Index(index=Literal()):
            return _path(tree)
        case ListOf():
            items = [value(item) for item in tree.items]
            known = [item for item in items if item is not None]
            return listed(known) if known and len(known) == len(items) else None
        case Filter(name="default", arguments=((_, other),)):
            found, instead = value(tree.of), value(other)
            is_fixed = constant(other) is not None or instead in (None, "null", "the empty text")
            return found if is_fixed or found is None else f"{found} or, without it, {instead}"
        case Filter(name=name, arguments=()) if name in _FILTERS:
            of = value(tree.of)
            return None if of is None else _FILTERS[name].format(of)
        case _:
            return None


def constant_text(constant: Json) -> str:
    if isinstance(constant, str):
        return f"“{visible(constant)}”" if constant else "the empty text"
    return json.dumps(constant)


def _name(ref: Ref) -> str:
    match ref.root:
        case "inputs":
            return f"input {named(ref.name)}"
        case "secrets":
            return f"secret {named(ref.name)}"
        case "state":
            return f"the remembered {named(ref.name)}"
        case "trigger":
            return _TRIGGER.get(ref.name, f"{named(ref.name)} of the workflow before")
        case "run":
            return _RUN.get(ref.name, named(ref.name))
        case "loop":
            return "the number of the item"
        case "tasks":
            field = ref.field or ""
            return _RESULTS.get(field, f"{named(field)} of {{}}").format(named(ref.name))
        case _:
            return named(ref.name)


def _path(tree: Expr) -> str | None:
    """`a.b` of a name: the keys stay as they are written."""
    of, keys = tree, ""
    while isinstance(of, (Key, Index)):
        if isinstance(of, Key):
            keys = (f".{of.key}" if of.key.isidentifier() else f"['{of.key}']") + keys
        elif isinstance(of.index, Literal):
            keys = f"[{of.index.value}]" + keys
        else:
            return None
        of = of.of
    if isinstance(of, Ref) and of.root == "item":
        return named(of.name + keys)
    whole = value(of)
    return None if whole is None else f"{named(keys.removeprefix('.'))} of {whole}"


def condition(tree: Expr, text: str) -> str:
    """The clause of a condition. `text` is how the whole is written: what has no words is quoted from it."""
    return _clause(tree, text, True, outer=None)


def _clause(tree: Expr, text: str, truth: bool, outer: str | None) -> str:
    match tree:
        case Text():
            return _clause(tree.body, text, truth, outer)
        case Unary(op="not"):
            return _clause(tree.operand, text, not truth, outer)
        case Binary(op="and" | "or"):
            word = tree.op if truth else {"and": "or", "or": "and"}[tree.op]
            both = f"{_clause(tree.left, text, truth, word)} {word} {_clause(tree.right, text, truth, word)}"
            return both if outer in (None, word) else f"({both})"
        case _:
            found = _simple(tree, truth)
            if found is not None:
                return found
            start, end = tree.span
            return f"{code(text[start:end])} is {'true' if truth else 'false'}"


_HOLDS: Mapping[str, Callable[[Json, Json], bool]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPPOSITE = {"==": "!=", "!=": "==", ">": "<=", ">=": "<", "<": ">=", "<=": ">", "in": "not in", "not in": "in"}


def _simple(tree: Expr, truth: bool) -> str | None:
    match tree:
        case Literal(value=bool() as given):
            return "always" if given is truth else "never"
        case Test(name=name) if name in _TESTS:
            of = value(tree.of)
            return None if of is None else f"{of} {_TESTS[name][tree.negated is truth]}"
        case Compare(rest=((op, right),)):
            told = op if truth else _OPPOSITE[op]
            found = _compared(tree.first, told, right)
            return None if found is None else found + _without(tree.first, told, right)
        case Ref() | Key() | Index() | Filter(name="default"):
            of = value(tree)
            return (
                None if of is None else f"{of} is {'true' if truth else 'false'}{_without(tree, '==', Literal(truth))}"
            )
        case _:
            return None


def _without(left: Expr, op: str, right: Expr) -> str:
    """The words for a value that is not there, where what `default` puts in its place fulfils the condition."""
    match left:
        case Filter(name="default", arguments=((_, Literal(value=instead)),)) if op in _HOLDS:
            against = constant(right)
            if against is None or (op not in ("==", "!=") and not _are_ordered(instead, against)):
                return ""
            return " or not there" if _HOLDS[op](instead, against) else ""
        case _:
            return ""


def _are_ordered(left: Json, right: Json) -> bool:
    return (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str))


def _compared(left: Expr, op: str, right: Expr) -> str | None:
    found, against = value(left), value(right)
    if found is None or against is None:
        return None
    limit = right.value if isinstance(right, Literal) else None
    if isinstance(left, Filter) and left.name == "length" and limit == 0 and op in (">", "!=", "=="):
        return f"{value(left.of)} is {'' if op == '==' else 'not '}empty"
    if limit == "" and op in ("==", "!="):
        return f"{found} is {'' if op == '==' else 'not '}empty"
    if op in ("in", "not in") and isinstance(right, ListOf):
        words = [value(item) or "" for item in right.items]
        return f"{found} is {listed(words, 'or')}" if op == "in" else f"{found} is none of {listed(words)}"
    return f"{found} {_COMPARED[op]} {against}"


def shown(tree: Expr) -> str:
    """A text with its expressions as `{…}`: `https://{shop}/orders`."""
    match tree:
        case Text():
            return shown(tree.body)
        case Template():
            return "".join(shown(part) for part in tree.parts)
        case Literal():
            return "" if tree.value is None else str(tree.value)
        case Ref():
            return "{" + _short(tree) + "}"
        case Key() | Index():
            return "{" + (written(tree) or "…").removeprefix("inputs.").removeprefix("tasks.") + "}"
        case Filter(name=name) if name in _UNSAID:
            return shown(tree.of)
        case Filter():
            of = shown(tree.of)
            return f"{of[:-1]} | {tree.name}}}" if of.endswith("}") else of
        case _:
            return "{…}"


def _short(ref: Ref) -> str:
    parts = (
        (ref.name, ref.field) if ref.root in ("inputs", "tasks", "item", "secrets") else (ref.root, ref.name, ref.field)
    )
    return ".".join(part for part in parts if part)
