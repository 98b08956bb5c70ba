"""What an expression is worth: total, and reading nothing but what a scope gives (language.md 2, 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from overture.expressions import lists, numbers
from overture.expressions.failures import ExpressionError, Refused
from overture.expressions.numbers import ARITHMETIC
from overture.expressions.table import FILTERS, FUNCTIONS, TESTS, FilterRow, Parameter
from overture.expressions.tree import (
    Binary,
    Call,
    Compare,
    Conditional,
    Expr,
    Filter,
    Index,
    Key,
    ListOf,
    Literal,
    ObjectOf,
    Ref,
    Slice,
    Span,
    Template,
    Test,
    Text,
    Unary,
    written,
)
from overture.expressions.types import Json, Type, kind_of
from overture.expressions.values import (
    MAX_TEXT_CHARACTERS,
    MISSING,
    TOO_LONG,
    Missing,
    equal,
    is_number,
    joined,
    name_of,
    render,
    settled,
)

__all__ = ["MISSING", "ExpressionError", "Missing", "Scope", "equal", "evaluate", "render"]


class Scope(Protocol):
    """Where an expression reads its names."""

    def read(self, ref: Ref) -> Json | Missing:
        """The value of a name, or MISSING: a skipped task's field, a name that nothing has set."""

    def now(self) -> str:
        """The time, as RFC 3339 in UTC."""


def evaluate(tree: Expr, scope: Scope) -> Json:
    """The value of a tree.

    Raises ExpressionError, and nothing else, when it has none; its span is the smallest part that is at fault."""
    try:
        return _value(tree, scope)
    except RecursionError:
        raise ExpressionError("the value is nested too deeply", tree.span) from None


@dataclass(frozen=True, slots=True)
class _Absent:
    """What stands at a path that leads nowhere: an error, unless `default` or `is defined` follows."""

    message: str
    span: Span


def _value(tree: Expr, scope: Scope) -> Json:
    found = _EVALUATORS[type(tree)](tree, scope)
    if isinstance(found, _Absent):
        raise ExpressionError(found.message, found.span)
    return found


def _reach(tree: Expr, scope: Scope) -> Any:
    """Like `_value`, but what is missing at the end of a path is an `_Absent`."""
    return _EVALUATORS[type(tree)](tree, scope)


def _at(span: Span, function: Callable[..., Any], *values: Any) -> Any:
    """A function's result; where it refuses, at this place."""
    try:
        return function(*values)
    except Refused as problem:
        raise ExpressionError(str(problem), span) from None


def _literal(tree: Literal, scope: Scope) -> Json:
    return _at(tree.span, settled, tree.value)


def _text(tree: Text, scope: Scope) -> Any:
    return _reach(tree.body, scope)


def _ref(tree: Ref, scope: Scope) -> Any:
    found = scope.read(tree)
    if found is MISSING:
        return _Absent(f"`{written(tree)}` is missing", tree.span)
    return _at(tree.span, settled, found)


def _key(tree: Key, scope: Scope) -> Any:
    return _inside(_reach(tree.of, scope), tree.key, tree, tree.key_span)


def _inside(of: Any, key: str, tree: Key | Index, span: Span) -> Any:
    if isinstance(of, _Absent):
        return of
    if of is None:
        return _Absent(f"{_named(tree.of)} is null and has no key `{key}`", span)
    if not isinstance(of, dict):
        raise ExpressionError(f"{_named(tree.of)} is {name_of(of)} and has no key `{key}`", span)
    if key not in of:
        return _Absent(f"{_named(tree.of)} has no key `{key}`", span)
    return _at(span, settled, of[key])


def _named(tree: Expr) -> str:
    return f"`{name}`" if (name := written(tree)) else "this"


def _index(tree: Index, scope: Scope) -> Any:
    of = _reach(tree.of, scope)
    index = _value(tree.index, scope)
    if isinstance(index, str):
        return _inside(of, index, tree, tree.index.span)
    if not isinstance(index, int) or isinstance(index, bool):
        raise ExpressionError(f"an index is an integer or a text, not {name_of(index)}", tree.index.span)
    if isinstance(of, _Absent):
        return of
    if of is None:
        return _Absent(f"{_named(tree.of)} is null and has no item {index}", tree.index.span)
    if not isinstance(of, (list, str)):
        raise ExpressionError(f"{_named(tree.of)} is {name_of(of)} and has no item {index}", tree.index.span)
    if not -len(of) <= index < len(of):
        return _Absent(f"{_named(tree.of)} has no item {index}, but {len(of)} in all", tree.index.span)
    return _at(tree.span, settled, of[index])


def _slice(tree: Slice, scope: Scope) -> Any:
    of = _reach(tree.of, scope)
    bounds = []
    for bound in (tree.start, tree.stop):
        value = None if bound is None else _value(bound, scope)
        if bound is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise ExpressionError(f"the end of a slice is an integer, not {name_of(value)}", bound.span)
        bounds.append(value)
    if isinstance(of, _Absent):
        return of
    if of is None:
        return _Absent(f"{_named(tree.of)} is null", tree.span)
    if not isinstance(of, (list, str)):
        raise ExpressionError(f"{_named(tree.of)} is {name_of(of)}: only a list or a text has slices", tree.span)
    return of[bounds[0] : bounds[1]]


def _condition(tree: Expr, scope: Scope) -> bool:
    value = _value(tree, scope)
    if not isinstance(value, bool):
        raise ExpressionError(f"a condition is true or false, not {name_of(value)}", tree.span)
    return value


def _unary(tree: Unary, scope: Scope) -> Json:
    if tree.op == "not":
        return not _condition(tree.operand, scope)
    value = _value(tree.operand, scope)
    if not is_number(value):
        raise ExpressionError(f"`{tree.op}` takes a number, not {name_of(value)}", tree.operand.span)
    return _at(tree.span, numbers.negate, value) if tree.op == "-" else value


def _binary(tree: Binary, scope: Scope) -> Json:
    if tree.op == "and":
        return _condition(tree.left, scope) and _condition(tree.right, scope)
    if tree.op == "or":
        return _condition(tree.left, scope) or _condition(tree.right, scope)
    left, right = _value(tree.left, scope), _value(tree.right, scope)
    if tree.op == "~":
        return _at(tree.span, joined, (left, right))
    if is_number(left) and is_number(right):
        return _at(tree.span, ARITHMETIC[tree.op], left, right)
    if tree.op == "+" and isinstance(left, str) and isinstance(right, str):
        return _at(tree.span, joined, (left, right))
    if tree.op == "+" and isinstance(left, list) and isinstance(right, list):
        return _at(tree.span, lists.add_lists, left, right)
    takes = "two numbers, two texts or two lists" if tree.op == "+" else "two numbers"
    raise ExpressionError(f"`{tree.op}` takes {takes}, not {name_of(left)} and {name_of(right)}", tree.span)


def _ordered(left: Json, right: Json, op: str) -> bool:
    if not ((is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str))):
        raise Refused(f"`{op}` takes two numbers or two texts, not {name_of(left)} and {name_of(right)}")
    if op == "<":
        return bool(left < right)
    if op == "<=":
        return bool(left <= right)
    return bool(left > right) if op == ">" else bool(left >= right)


def _holds(op: str, left: Json, right: Json) -> bool:
    if op == "==":
        return equal(left, right)
    if op == "!=":
        return not equal(left, right)
    if op == "in":
        return lists.contains(right, left)
    if op == "not in":
        return not lists.contains(right, left)
    return _ordered(left, right, op)


def _compare(tree: Compare, scope: Scope) -> Json:
    left = _value(tree.first, scope)
    for op, operand in tree.rest:
        right = _value(operand, scope)
        if not _at(tree.span, _holds, op, left, right):
            return False
        left = right
    return True


def _conditional(tree: Conditional, scope: Scope) -> Json:
    return _value(tree.then if _condition(tree.condition, scope) else tree.otherwise, scope)


def _list(tree: ListOf, scope: Scope) -> Json:
    items = []
    for item in tree.items:
        items.append(_value(item, scope))
    return items


def _object(tree: ObjectOf, scope: Scope) -> Json:
    found: dict[str, Json] = {}
    for key_tree, tree_of_value in tree.entries:
        key = _value(key_tree, scope)
        if not isinstance(key, str):
            raise ExpressionError(f"a key is a text, not {name_of(key)}", key_tree.span)
        found[key] = _value(tree_of_value, scope)
    return found


def _template(tree: Template, scope: Scope) -> Json:
    texts, length = [], 0
    for part in tree.parts:
        texts.append(_at(part.span, render, _value(part, scope)))
        length += len(texts[-1])
        if length > MAX_TEXT_CHARACTERS:
            raise ExpressionError(TOO_LONG, part.span)
    return "".join(texts)


def _test(tree: Test, scope: Scope) -> Json:
    row = TESTS.get(tree.name)
    if row is None or row.holds is None:
        raise ExpressionError(f"there is no test `{tree.name}`", tree.name_span)
    if tree.name == "defined":
        is_there = not isinstance(_reach(tree.of, scope), _Absent)
        return is_there is not tree.negated
    value = _value(tree.of, scope)
    if not _fits(value, row.subject):
        raise ExpressionError(
            f"`is {tree.name}` asks of a text, a list or an object, not of {name_of(value)}", tree.span
        )
    return row.holds(value) is not tree.negated


def _call(tree: Call, scope: Scope) -> Json:
    row = FUNCTIONS.get(tree.name)
    if row is None:
        raise ExpressionError(f"there is no function `{tree.name}`", tree.name_span)
    if len(tree.arguments) != len(row.parameters):
        raise ExpressionError(f"`{tree.name}` takes {len(row.parameters)} arguments", tree.span)
    values = []
    for parameter, argument in zip(row.parameters, tree.arguments, strict=True):
        values.append(_argument(parameter, argument, tree.name, scope))
    return scope.now() if row.evaluate is None else _at(tree.span, row.evaluate, *values)


def _fits(value: Json, wanted: Type) -> bool:
    return wanted.may_be(kind_of(value))


def _argument(parameter: Parameter, tree: Expr, name: str, scope: Scope) -> Json:
    value = _value(tree, scope)
    is_left_out = value is None and parameter.default is None  # null for what need not be given
    if not is_left_out and not _fits(value, parameter.type):
        kinds = " or ".join(sorted(_KIND_WORDS[kind] for kind in parameter.type.kinds))
        raise ExpressionError(f"`{parameter.name}` of `{name}` is {kinds}, not {name_of(value)}", tree.span)
    return value


_KIND_WORDS = {
    "null": "null",
    "boolean": "a boolean",
    "integer": "an integer",
    "number": "a number",
    "string": "a text",
    "array": "a list",
    "object": "an object",
}


def _filter(tree: Filter, scope: Scope) -> Any:
    row = FILTERS.get(tree.name)
    if row is None:
        raise ExpressionError(f"there is no filter `{tree.name}`", tree.name_span)
    given = dict(tree.arguments)
    if unknown := next((name for name in given if row.parameter(name) is None), None):
        raise ExpressionError(f"`{tree.name}` has no argument `{unknown}`", tree.name_span)
    if tree.name == "default":
        return _default(tree, given, scope)
    subject = _reach(tree.of, scope)
    if isinstance(subject, _Absent):
        if tree.name not in ("first", "last"):
            raise ExpressionError(subject.message, subject.span)
        return subject
    if subject is None and tree.name in ("first", "last"):
        return _Absent(f"{_named(tree.of)} is null", tree.name_span)
    if not _fits(subject, row.subject):
        kinds = " or ".join(sorted(_KIND_WORDS[kind] for kind in row.subject.kinds))
        raise ExpressionError(f"`{tree.name}` works on {kinds}, not on {name_of(subject)}", tree.span)
    found = _at(tree.span, row.evaluate, subject, *_arguments(row, given, tree, scope))
    return _Absent(f"`{tree.name}` of nothing", tree.name_span) if found is MISSING else found


def _arguments(row: FilterRow, given: dict[str, Expr], tree: Filter, scope: Scope) -> list[Json]:
    values = []
    for parameter in row.parameters:
        if parameter.name in given:
            values.append(_argument(parameter, given[parameter.name], row.name, scope))
        elif parameter.is_required:
            raise ExpressionError(f"`{row.name}` needs `{parameter.name}`", tree.name_span)
        else:
            values.append(parameter.default)
    return values


def _default(tree: Filter, given: dict[str, Expr], scope: Scope) -> Json:
    """Lazily: what stands in is evaluated only if it is needed, and what is missing in it is not covered."""
    instead = given.get("default_value")
    if instead is None:
        raise ExpressionError("`default` needs `default_value`", tree.name_span)
    found = _reach(tree.of, scope)
    return _value(instead, scope) if found is None or isinstance(found, _Absent) else found


_EVALUATORS: dict[type, Callable[[Any, Scope], Any]] = {
    Literal: _literal,
    Text: _text,
    Ref: _ref,
    Key: _key,
    Index: _index,
    Slice: _slice,
    Unary: _unary,
    Binary: _binary,
    Compare: _compare,
    Conditional: _conditional,
    ListOf: _list,
    ObjectOf: _object,
    Template: _template,
    Test: _test,
    Call: _call,
    Filter: _filter,
}
