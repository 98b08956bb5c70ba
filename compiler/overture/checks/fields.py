"""The fields of the document, by their role: which texts are expressions, templates, values, and which are literal.

Nothing here knows a kind by name: the roles stand on the models' fields, so a new kind needs no line here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any, get_args

from overture.diagnostics.sources import pointer_of
from overture.expressions.parsing import ExpressionSyntaxError, parse_expression, parse_template, parse_value
from overture.expressions.records import record, replace
from overture.expressions.tree import Expr, ListOf, Literal, ObjectOf, Ref, Text, constant
from overture.expressions.types import Json
from overture.language.roles import Role
from overture.language.tasks import BranchTask, Part, Retry

BLOCKS = frozenset(("tasks", "else_", "catch", "cases"))

UNREADABLE = Ref("item", "")
"""Stands for a text that does not parse: of unknown type, so that one mistake gives one finding. No text gives it."""


@record(frozen=True, slots=True)
class Field:
    """A field that holds data. `path` is its place in the task (`url`, `auth/token`, a branch's condition `0`),
    `pointer` its place in the document."""

    path: str
    pointer: str
    role: Role
    value: Json


@record(frozen=True, slots=True)
class LiteralText:
    """A text with braces in a literal field."""

    pointer: str
    text: str


@record(frozen=True, slots=True)
class Mistake:
    """A text of a field that does not parse."""

    pointer: str
    message: str
    help: str | None
    span: tuple[int, int]


@record(frozen=True, slots=True)
class _Column:
    attribute: str
    key: str
    role: Role | None


@cache
def _columns(model: type[Part]) -> tuple[tuple[_Column, ...], Callable[[Part], tuple[Any, ...]]]:
    """The columns of a model, and what gives their values all at once: every task is asked for all of them."""
    found = tuple(
        _Column(name, info.alias or name, _role(info.annotation, info.metadata))
        for name, info in model.model_fields.items()
        if name not in BLOCKS
    )
    names = [each.attribute for each in found]
    return found, attrgetter(*names) if len(names) > 1 else lambda part: tuple(getattr(part, name) for name in names)


def _role(annotation: Any, metadata: list[Any]) -> Role | None:
    """A role stands on the field, or inside an optional annotation (`Template | None`)."""
    for each in (*metadata, *getattr(annotation, "__metadata__", ())):
        if isinstance(each, Role):
            return each
    for argument in get_args(annotation):
        if (found := _role(argument, [])) is not None:
            return found
    return None


def fields_of(part: Part, pointer: str, path: str = "") -> Iterator[Field]:
    """The fields with a role of a task, a trigger, or a part of one, in the models' order; not those of inner tasks."""
    columns, values_of = _columns(type(part))
    for column, value in zip(columns, values_of(part), strict=True):
        if value is None or (column.role is None and not isinstance(value, Part)):
            continue
        at = f"{pointer}/{column.key}"
        if isinstance(value, Part):
            yield from fields_of(value, at, f"{path}{column.key}/")
        elif column.role is not None:
            yield Field(f"{path}{column.key}", at, column.role, value)
    if isinstance(part, BranchTask):
        for index, case in enumerate(part.cases):
            yield Field(str(index), pointer + pointer_of("cases", index, "when"), Role.EXPRESSION, case.when)


def literal_texts_of(part: Part, pointer: str) -> Iterator[LiteralText]:
    """The texts with braces in the literal fields of a part of the document, schemas included; argv's program too."""
    columns, values_of = _columns(type(part))
    for column, value in zip(columns, values_of(part), strict=True):
        if value is None or (value.__class__ is str and (column.role is not None or "{{" not in value)):
            continue
        at = f"{pointer}/{column.key}"
        if isinstance(value, Part):
            if not isinstance(value, Retry):
                yield from literal_texts_of(value, at)
        elif column.role is Role.ARGV:
            yield from texts_of(value[0], at + "/0")
        elif column.role is None or (column.role is Role.ITEMS and not isinstance(value, str)):
            yield from texts_of(value, at)


def texts_of(value: Any, pointer: str) -> Iterator[LiteralText]:
    """The texts with braces in a literal value: of all others there is nothing to say."""
    if isinstance(value, str):
        if "{{" in value:
            yield LiteralText(pointer, value)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from texts_of(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts_of(item, pointer + pointer_of(key))


Parsed = tuple[Expr, list[Mistake]]


def parse(field: Field) -> Parsed:
    """The tree of a field. A text that does not parse is reported and stands as `UNREADABLE`."""
    parsed: Parsed = _PARSERS[field.role](field.value, field.pointer)
    return parsed


def _expression(text: str, pointer: str) -> Parsed:
    try:
        return parse_expression(text), []
    except ExpressionSyntaxError as error:
        return UNREADABLE, [Mistake(pointer, error.message, error.help, error.span)]


def _template(text: str, pointer: str) -> Parsed:
    try:
        return parse_template(text, keeps_type=False), []
    except ExpressionSyntaxError as error:
        return UNREADABLE, [Mistake(pointer, error.message, error.help, error.span)]


def _value(value: Json, pointer: str) -> Parsed:
    tree, findings = parse_value(value)
    for each in findings:
        tree = _unreadable_at(tree, [_plain_part(part) for part in each.where.split("/")[1:]])
    return tree, [Mistake(pointer + each.where, each.message, each.help, each.span) for each in findings]


def _unreadable_at(tree: Expr, path: list[str]) -> Expr:
    """The tree of a value with the text at a path (of a JSON pointer) marked as unreadable."""
    if not path:
        return UNREADABLE
    if isinstance(tree, ListOf):
        items = list(tree.items)
        items[int(path[0])] = _unreadable_at(items[int(path[0])], path[1:])
        return replace(tree, items=tuple(items))
    if isinstance(tree, ObjectOf):
        entries = [
            (key, _unreadable_at(item, path[1:]) if constant(key) == path[0] else item) for key, item in tree.entries
        ]
        return replace(tree, entries=tuple(entries))
    return tree


def _plain_part(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def _each(texts: Any, pointer: str, parser: Any) -> tuple[list[Expr], list[Mistake]]:
    """The trees of a list's or an object's texts, each marked with its own place."""
    trees: list[Expr] = []
    mistakes: list[Mistake] = []
    for key, text in texts:
        tree, found = parser(text, pointer + pointer_of(key))
        trees.append(tree if isinstance(tree, Literal) else Text(pointer_of(key), tree))
        mistakes += found
    return trees, mistakes


def _expressions(texts: list[str], pointer: str) -> Parsed:
    trees, mistakes = _each(enumerate(texts), pointer, _expression)
    return ListOf(tuple(trees)), mistakes


def _outputs(texts: dict[str, str], pointer: str) -> Parsed:
    trees, mistakes = _each(texts.items(), pointer, _expression)
    return ObjectOf(tuple(zip(map(Literal, texts), trees, strict=True))), mistakes


def _items(value: str | list[Json], pointer: str) -> Parsed:
    return _expression(value, pointer) if isinstance(value, str) else (literal_tree(value), [])


def _argv(words: tuple[str, ...], pointer: str) -> Parsed:
    trees, mistakes = _each(list(enumerate(words))[1:], pointer, _template)
    return ListOf((Literal(words[0]), *trees)), mistakes


def _headers(texts: dict[str, str], pointer: str) -> Parsed:
    trees, mistakes = _each(texts.items(), pointer, _template)
    return ObjectOf(tuple(zip(map(Literal, texts), trees, strict=True))), mistakes


_PARSERS: dict[Role, Any] = {
    Role.EXPRESSION: _expression,
    Role.TEMPLATE: _template,
    Role.VALUE: _value,
    Role.EXPRESSIONS: _expressions,
    Role.OUTPUTS: _outputs,
    Role.ITEMS: _items,
    Role.ARGV: _argv,
    Role.TEXTS: _headers,
}


def literal_tree(value: Json) -> Expr:
    """The tree of a value whose texts are no templates."""
    if isinstance(value, (list, tuple)):
        return ListOf(tuple(literal_tree(item) for item in value))
    if isinstance(value, dict):
        return ObjectOf(tuple((Literal(key), literal_tree(item)) for key, item in value.items()))
    return Literal(value)


def literal_columns(model: type[Part]) -> list[tuple[str, str]]:
    """The fields of a model without a role: (attribute, key in the document)."""
    return [(each.attribute, each.key) for each in _columns(model)[0] if each.role is None]
