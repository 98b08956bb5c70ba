"""The tree of an expression: ours, small and closed.

A field of the document that holds data becomes exactly one tree, whatever its form: a bare expression, a text with
``{{ }}`` in it (`Template`), or any JSON value with such texts inside (`ObjectOf`, `ListOf`). So evaluator, inference
and every backend's translation know one thing, `Expr`.

`span` is a half-open range of characters. Within one text it counts from the text's start; a tree that is built from
several texts (a JSON value) has `where`, the JSON pointer of each text relative to the field, on its leaves' parent
`Text` node. `type` is filled in by inference and does not take part in equality.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field as attribute
from typing import Any, get_args
from typing import Literal as OneOf

from overture.expressions.records import record
from overture.expressions.types import ANY, Json, Type

Span = tuple[int, int]
Root = OneOf["inputs", "tasks", "item", "loop", "secrets", "state", "trigger", "run"]

ROOTS: frozenset[str] = frozenset(get_args(Root)) - {"item"}

NO_SPAN: Span = (0, 0)
MAX_DEPTH = 200  # levels of a tree, and of brackets: what Kestra's engine takes with a wide margin


@record(frozen=True, slots=True, kw_only=True)
class Node:
    span: Span = attribute(default=NO_SPAN, compare=False)
    type: Type = attribute(default=ANY, compare=False, repr=False)


@record(frozen=True, slots=True)
class Literal(Node):
    """A constant JSON value: null, boolean, number, text; never a list or an object."""

    value: Json


@record(frozen=True, slots=True)
class Ref(Node):
    """A name of ours, resolved by its form alone.

    `inputs.x` is Ref("inputs", "x"); `tasks.a.body` is Ref("tasks", "a", "body"); `loop.index` is
    Ref("loop", "index"); `secrets.X`, `state.x`, `trigger.body`, `run.id` likewise; a bare word that is no root is a
    loop's variable, Ref("item", word). `name_span` and `field_span` are the parts' own places.
    """

    root: Root
    name: str
    field: str | None = None
    name_span: Span = attribute(default=NO_SPAN, compare=False)
    field_span: Span = attribute(default=NO_SPAN, compare=False)


@record(frozen=True, slots=True)
class Key(Node):
    """`of.key` or `of['key']`: a constant key of an object."""

    of: Expr
    key: str
    key_span: Span = attribute(default=NO_SPAN, compare=False)


@record(frozen=True, slots=True)
class Index(Node):
    """`of[index]`: by a number (of a list or text) or by a computed key (of an object)."""

    of: Expr
    index: Expr


@record(frozen=True, slots=True)
class Slice(Node):
    """`of[start:stop]` of a list or a text; a missing bound is None. There is no step."""

    of: Expr
    start: Expr | None
    stop: Expr | None


@record(frozen=True, slots=True)
class Unary(Node):
    op: OneOf["-", "+", "not"]
    operand: Expr


@record(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic and `~`; `and` and `or` are lazy and take booleans."""

    op: OneOf["+", "-", "*", "/", "//", "%", "**", "~", "and", "or"]
    left: Expr
    right: Expr


@record(frozen=True, slots=True)
class Compare(Node):
    """`first op rest op rest …`, a chain as in Python: each operand evaluated once, lazily."""

    first: Expr
    rest: tuple[tuple[OneOf["==", "!=", "<", "<=", ">", ">=", "in", "not in"], Expr], ...]


@record(frozen=True, slots=True)
class Conditional(Node):
    """`then if condition else otherwise`."""

    condition: Expr
    then: Expr
    otherwise: Expr


@record(frozen=True, slots=True)
class Filter(Node):
    """`of | name(...)`. Arguments are bound to the table's parameters: `arguments` holds (parameter, value) of those
    that are given, in the table's order."""

    of: Expr
    name: str
    arguments: tuple[tuple[str, Expr], ...] = ()
    name_span: Span = attribute(default=NO_SPAN, compare=False)
    argument_spans: tuple[Span, ...] = attribute(default=(), compare=False)  # of each name, or of a value without one

    def argument(self, name: str) -> Expr | None:
        return dict(self.arguments).get(name)


@record(frozen=True, slots=True)
class Test(Node):
    """`of is name` or, negated, `of is not name`."""

    of: Expr
    name: str
    negated: bool = False
    name_span: Span = attribute(default=NO_SPAN, compare=False)


@record(frozen=True, slots=True)
class Call(Node):
    """`now()` and `range(a, b)`."""

    name: str
    arguments: tuple[Expr, ...] = ()
    name_span: Span = attribute(default=NO_SPAN, compare=False)


@record(frozen=True, slots=True)
class ListOf(Node):
    items: tuple[Expr, ...]


@record(frozen=True, slots=True)
class ObjectOf(Node):
    """An object literal; keys are constant texts, or expressions that give a text. Of equal keys the last wins."""

    entries: tuple[tuple[Expr, Expr], ...]


@record(frozen=True, slots=True)
class Template(Node):
    """A text with expressions in it: each part is rendered, the whole is text (language.md 2)."""

    parts: tuple[Expr, ...]


@record(frozen=True, slots=True)
class Text(Node):
    """The tree of one text of a JSON value: `where` is that text's JSON pointer relative to the field ("" for the
    field itself), so that a span inside it can be found in the file. Means the same as `body`."""

    where: str
    body: Expr


Expr = (
    Literal
    | Ref
    | Key
    | Index
    | Slice
    | Unary
    | Binary
    | Compare
    | Conditional
    | Filter
    | Test
    | Call
    | ListOf
    | ObjectOf
    | Template
    | Text
)


def _none(tree: Expr) -> list[Expr]:
    return []


_CHILDREN: dict[type, Callable[[Any], list[Expr]]] = {
    Literal: _none,
    Ref: _none,
    Key: lambda tree: [tree.of],
    Index: lambda tree: [tree.of, tree.index],
    Slice: lambda tree: [each for each in (tree.of, tree.start, tree.stop) if each is not None],
    Unary: lambda tree: [tree.operand],
    Binary: lambda tree: [tree.left, tree.right],
    Compare: lambda tree: [tree.first, *(operand for _, operand in tree.rest)],
    Conditional: lambda tree: [tree.condition, tree.then, tree.otherwise],
    Filter: lambda tree: [tree.of, *(value for _, value in tree.arguments)],
    Test: lambda tree: [tree.of],
    Call: lambda tree: list(tree.arguments),
    ListOf: lambda tree: list(tree.items),
    ObjectOf: lambda tree: [part for entry in tree.entries for part in entry],
    Template: lambda tree: list(tree.parts),
    Text: lambda tree: [tree.body],
}


def children(tree: Expr) -> list[Expr]:
    """The direct parts of a tree, in the order in which they are declared."""
    return _CHILDREN[tree.__class__](tree)


def walk(tree: Expr) -> Iterator[Expr]:
    """The tree and all its parts, outermost first, in the order in which they are written."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        parts = _CHILDREN[node.__class__]
        if parts is not _none:
            waiting.extend(reversed(parts(node)))


def has_call(tree: Expr) -> bool:
    """Whether the tree calls a function: what it gives may be another thing each time."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.__class__ is Call:
            return True
        parts = _CHILDREN[node.__class__]
        if parts is not _none:
            waiting += parts(node)
    return False


def references(tree: Expr) -> Iterator[Ref]:
    """Every name of ours that the tree reads, in the order in which they are written."""
    return iter(_references(tree))


def _references(tree: Expr) -> list[Ref]:
    found: list[Ref] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.__class__ is Ref:
            found.append(node)
            continue
        parts = _CHILDREN[node.__class__]
        if parts is not _none:
            waiting.extend(reversed(parts(node)))
    return found


def constant(tree: Expr) -> Json | None:
    """The text, number or boolean that a tree is whatever happens, or None when that depends on data."""
    if isinstance(tree, Text):
        return constant(tree.body)
    return tree.value if isinstance(tree, Literal) else None


def written(tree: Expr) -> str | None:
    """How a path is written, for messages: `tasks.a.body[0]`; None for what is no path."""
    match tree:
        case Text():
            return written(tree.body)
        case Ref(root="item"):
            return tree.name
        case Ref():
            return ".".join(part for part in (tree.root, tree.name, tree.field) if part is not None)
        case Key():
            of = written(tree.of)
            return None if of is None else f"{of}.{tree.key}" if tree.key.isidentifier() else f"{of}['{tree.key}']"
        case Index(index=Literal()):
            of = written(tree.of)
            return None if of is None else f"{of}[{tree.index.value}]"  # type: ignore[union-attr]
        case _:
            return None
