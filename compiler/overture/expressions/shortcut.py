"""The short cut past Jinja: reads the expressions that people write, and gives up on everything else.

Jinja's lexer and parser, and the step from its tree to ours, take ten times as long as the same work done straight from
the text, and their import takes longer than to check a small file. So what is common is read here. Whatever is rare or
wrong (escapes, floats, spread arguments, tuples, steps, every mistake) is given up on, and Jinja's parser reads
it and finds the words for what is wrong. `tests/expressions/test_shortcut.py` holds both to the same trees and spans.

The precedence is Jinja's: `or`, `and`, `not`, comparisons in one chain, `+ -`, `~`, `* / // %`, `**`, then signs,
postfixes, and last of all filters and tests, which so take a sign's whole operand: `-a | abs` is `(-a) | abs`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from overture.expressions.tree import (
    ROOTS,
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
    Root,
    Slice,
    Span,
    Test,
    Unary,
)

if TYPE_CHECKING:
    from overture.expressions.table import Parameter

MAX_TOKENS = 120  # beyond, the limits of nesting and of operators are near, and they are the other way's to tell
MAX_BRACKETS = 20  # each takes some eight frames of Python's 1,000

_PATH = re.compile(r"[ \t\n]*([A-Za-z_][A-Za-z0-9_]*)((?:\.[A-Za-z_][A-Za-z0-9_]*){0,20})[ \t\n]*")
_TOKEN = re.compile(
    r"""[ \t\n]*(?:
    ([A-Za-z_][A-Za-z0-9_]*)(?!\w)
    | ((?:0|[1-9][0-9]{0,17})(?![\w.]))
    | ('[^'\\\r\n]*'|"[^"\\\r\n]*")
    | (==|!=|<=|>=|//|\*\*|[][(){}<>|.,:=~+*/%-])
    )""",
    re.VERBOSE,
)
_NAME, _NUMBER, _TEXT, _SIGN, _END = 1, 2, 3, 4, 5
_BLANK = " \t\n"

_CONSTANTS = {
    "null": None,
    "none": None,
    "None": None,
    "true": True,
    "True": True,
    "false": False,
    "False": False,
}
_RESERVED = frozenset(("and", "or", "not", "in", "is", "if", "else"))
_LEVELS = {
    "or": 1,
    "and": 2,
    "in": 4,
    "not": 4,
    "==": 4,
    "!=": 4,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "~": 6,
    "*": 7,
    "/": 7,
    "//": 7,
    "%": 7,
    "**": 8,
}
_NOT, _COMPARISON = 3, 4


class GivenUp(Exception):
    """Not for the short cut."""


def expression_at(text: str, start: int, end: int) -> Expr | None:
    """The tree of the expression in `text[start:end]`, with its spans counted in `text`; None to read it by Jinja."""
    match = _PATH.match(text, start, end)
    if match is not None and match.end() == end and (found := _path(match)) is not None:
        return found
    try:
        return _Reader(text, start, end).whole()
    except GivenUp:
        return None


def _path(match: re.Match[str]) -> Expr | None:
    """A plain path, without a token being made of it."""
    first, start, stop = match.group(1), match.start(1), match.end(1)
    found: Expr
    if first in _CONSTANTS or first in _RESERVED:
        return None
    if match.end(2) == stop:
        return None if first in ROOTS else Ref("item", first, None, (start, stop), span=(start, stop))
    keys = match.group(2).split(".")
    if first in ROOTS:
        key = keys[1]
        name_span = (stop + 1, stop + 1 + len(key))
        stop = name_span[1]
        if first == "tasks" and len(keys) > 2:
            field = keys[2]
            field_span = (stop + 1, stop + 1 + len(field))
            stop = field_span[1]
            found = Ref("tasks", key, field, name_span, field_span, span=(start, stop))
            number = 3
        else:
            found = Ref(cast(Root, first), key, None, name_span, span=(start, stop))
            number = 2
    else:
        found = Ref("item", first, None, (start, stop), span=(start, stop))
        number = 1
    for key in keys[number:]:
        key_span = (stop + 1, stop + 1 + len(key))
        stop = key_span[1]
        found = Key(found, key, key_span, span=(start, stop))
    return found


class _Reader:
    """Reads one expression. `left` and `right`: where the part that was read last begins and ends, the parentheses
    round it included."""

    __slots__ = ("ends", "here", "kinds", "left", "right", "starts", "words")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.words = words = list[str]()
        self.kinds = kinds = list[int]()
        self.starts = starts = list[int]()
        self.ends = ends = list[int]()
        self.here = self.left = self.right = 0
        match = _TOKEN.match
        while found := match(text, start, end):
            kind = found.lastindex or 0
            begin, start = found.span(kind)
            words.append(text[begin:start])
            kinds.append(kind)
            starts.append(begin)
            ends.append(start)
        if text[start:end].strip(_BLANK) or len(self.words) > MAX_TOKENS:
            raise GivenUp
        if len(self.words) > MAX_BRACKETS and sum(map(self.words.count, "([{")) > MAX_BRACKETS:
            raise GivenUp
        self.words.append("")
        self.kinds.append(_END)
        self.starts.append(end)
        self.ends.append(end)

    def whole(self) -> Expr:
        found = self.conditional()
        if self.kinds[self.here] != _END:
            raise GivenUp
        return found

    def expect(self, word: str) -> None:
        if self.words[self.here] != word:
            raise GivenUp
        self.here += 1

    # Operators

    def conditional(self) -> Expr:
        then = self.operation(1)
        if self.words[self.here] != "if":
            return then
        left = self.left
        self.here += 1
        condition = self.operation(1)
        self.expect("else")
        otherwise = self.conditional()
        self.left = left
        return Conditional(condition, then, otherwise, span=(left, self.right))

    def operation(self, floor: int) -> Expr:
        """Operands joined by operators of this level and higher ones."""
        if self.words[self.here] == "not":
            if floor > _NOT:
                raise GivenUp
            start = self.starts[self.here]
            self.here += 1
            operand = self.operation(_NOT)
            found: Expr = Unary("not", operand, span=(start, self.right))
            self.left = start
        else:
            found = self.operand()
        while True:
            word = self.words[self.here]
            level = _LEVELS.get(word, 0)
            if level < floor or not level:
                return found
            if level == _COMPARISON:
                if word == "not" and self.words[self.here + 1] != "in":
                    return found
                found = self.comparison(found)
                continue
            left = self.left
            self.here += 1
            right = self.operand() if level == 8 else self.operation(level + 1)
            self.left = left
            found = Binary(word, found, right, span=(left, self.right))  # type: ignore[arg-type]

    def comparison(self, first: Expr) -> Expr:
        left = self.left
        rest: list[tuple[str, Expr]] = []
        while _LEVELS.get(word := self.words[self.here]) == _COMPARISON:
            if word == "not":
                if self.words[self.here + 1] != "in":
                    break
                self.here += 1
                word = "not in"
            self.here += 1
            rest.append((word, self.operation(_COMPARISON + 1)))
        self.left = left
        return Compare(first, tuple(rest), span=(left, self.right))  # type: ignore[arg-type]

    def operand(self) -> Expr:
        """What stands between operators: with its sign, its keys, its filters and tests."""
        found = self.signed()
        while (word := self.words[self.here]) in ("|", "is"):
            self.here += 1
            found = self.filter(found) if word == "|" else self.test(found)
        return found

    def signed(self) -> Expr:
        word = self.words[self.here]
        if word not in ("-", "+"):
            return self.postfixed(self.primary())
        start = self.starts[self.here]
        self.here += 1
        operand = self.signed()
        self.left = start
        span = (start, self.right)
        if word == "-" and isinstance(operand, Literal) and type(operand.value) in (int, float):
            return Literal(-operand.value, span=span)
        return Unary(cast(Any, word), operand, span=span)

    # Values and paths

    def primary(self) -> Expr:
        here = self.here
        self.here += 1
        kind, word = self.kinds[here], self.words[here]
        self.left, self.right = span = self.starts[here], self.ends[here]
        if kind == _NAME:
            return self.name(word, span)
        if kind == _NUMBER:
            return Literal(int(word), span=span)
        if kind == _TEXT:
            return Literal(word[1:-1], span=span)
        if word == "(":
            found = self.conditional()
            self.right = self.ends[self.here]
            self.expect(")")
            self.left = span[0]
            return found
        if word == "[":
            return self.list_literal(span[0])
        if word == "{":
            return self.object_literal(span[0])
        raise GivenUp

    def name(self, word: str, span: Span) -> Expr:
        if word in _CONSTANTS:
            return Literal(_CONSTANTS[word], span=span)
        if word in _RESERVED:
            raise GivenUp
        if self.words[self.here] == "(":
            return self.call(word, span)
        if word not in ROOTS:
            return Ref("item", word, None, span, span=span)
        here = self.here
        if self.words[here] == "." and self.kinds[here + 1] == _NAME:
            self.here = here + 2
        elif self.words[here] == "[" and self.kinds[here + 1] == _TEXT and self.words[here + 2] == "]":
            self.here = here + 3
        else:
            raise GivenUp
        key = self.words[here + 1]
        key_span = self.starts[here + 1], self.ends[here + 1]
        self.right = self.ends[self.here - 1]
        if self.kinds[here + 1] == _TEXT:
            key = key[1:-1]
        return Ref(cast(Root, word), key, None, key_span, span=(span[0], self.right))

    def postfixed(self, found: Expr) -> Expr:
        left = self.left
        while (word := self.words[self.here]) in (".", "["):
            self.here += 1
            if word == "[":
                found = self.subscript(found, left)
                continue
            here = self.here
            if self.kinds[here] != _NAME:
                raise GivenUp
            self.right = self.ends[here]
            found = self.keyed(found, self.words[here], (self.starts[here], self.right), left)
            self.here += 1
        if word == "(":
            raise GivenUp
        self.left = left
        return found

    def keyed(self, of: Expr, key: str, key_span: Span, left: int) -> Expr:
        span = (left, self.right)
        if of.__class__ is Ref and of.root == "tasks" and of.field is None:
            return Ref("tasks", of.name, key, of.name_span, key_span, span=span)
        return Key(of, key, key_span, span=span)

    def subscript(self, of: Expr, left: int) -> Expr:
        start = None if self.words[self.here] == ":" else self.conditional()
        is_slice = self.words[self.here] == ":"
        stop = None
        if is_slice:
            self.here += 1
            stop = None if self.words[self.here] == "]" else self.conditional()
        self.right = self.ends[self.here]
        self.expect("]")
        if is_slice:
            return Slice(of, start, stop, span=(left, self.right))
        assert start is not None  # there was no colon
        if isinstance(start, Literal) and isinstance(start.value, str):
            return self.keyed(of, start.value, start.span, left)
        return Index(of, start, span=(left, self.right))

    def list_literal(self, start: int) -> Expr:
        items: list[Expr] = []
        while self.words[self.here] != "]":
            items.append(self.conditional())
            if self.words[self.here] != ",":
                break
            self.here += 1
        self.left, self.right = start, self.ends[self.here]
        self.expect("]")
        return ListOf(tuple(items), span=(start, self.right))

    def object_literal(self, start: int) -> Expr:
        entries: list[tuple[Expr, Expr]] = []
        while self.words[self.here] != "}":
            here = self.here
            word, kind = self.words[here], self.kinds[here]
            if kind not in (_NAME, _TEXT) or word in _RESERVED:
                raise GivenUp
            key = Literal(word if kind == _NAME else word[1:-1], span=(self.starts[here], self.ends[here]))
            self.here += 1
            self.expect(":")
            entries.append((key, self.conditional()))
            if self.words[self.here] != ",":
                break
            self.here += 1
        self.left, self.right = start, self.ends[self.here]
        self.expect("}")
        return ObjectOf(tuple(entries), span=(start, self.right))

    # What has a row in the table

    def test(self, of: Expr) -> Expr:
        is_negated = self.words[self.here] == "not"
        here = self.here + is_negated
        if self.kinds[here] != _NAME:
            raise GivenUp
        self.here, self.right = here + 1, self.ends[here]
        if self.words[self.here] == "(":
            raise GivenUp
        return Test(of, self.words[here], is_negated, (self.starts[here], self.right), span=(self.left, self.right))

    def filter(self, of: Expr) -> Expr:
        from overture.expressions.table import FILTERS

        here, left = self.here, self.left
        name = self.words[here]
        row = FILTERS.get(name)
        if row is None or self.kinds[here] != _NAME or self.words[here + 1] == ".":
            raise GivenUp
        self.here += 1
        self.right = self.ends[here]
        name_span = self.starts[here], self.right
        arguments: tuple[tuple[str, Expr], ...] = ()
        spans: tuple[Span, ...] = ()
        if self.words[self.here] == "(":
            arguments, spans = self.arguments(row.parameters)
            if self.words[self.here] == "(":
                raise GivenUp
        self.left = left
        return Filter(of, name, arguments, name_span, spans, span=(left, self.right))

    def call(self, name: str, span: Span) -> Expr:
        from overture.expressions.table import FUNCTIONS

        row = FUNCTIONS.get(name)
        if row is None:
            raise GivenUp
        arguments, spans = self.arguments(row.parameters)
        if any(value.span != place for (_, value), place in zip(arguments, spans, strict=True)):
            raise GivenUp  # one is given by its name
        self.left = span[0]
        return Call(name, tuple(value for _, value in arguments), span, span=(span[0], self.right))

    def arguments(self, parameters: tuple[Parameter, ...]) -> tuple[tuple[tuple[str, Expr], ...], tuple[Span, ...]]:
        """Names and values, and their places, in the table's order; only those that the table has."""
        positional = [each.name for each in parameters if not each.is_keyword]
        order = [each.name for each in parameters]
        found: dict[str, tuple[Expr, Span]] = {}
        self.here += 1
        is_named = False
        while self.words[self.here] != ")":
            here = self.here
            if self.kinds[here] == _NAME and self.words[here + 1] == "=":
                name = next((each.name for each in parameters if self.words[here] in (each.name, *each.aliases)), "")
                self.here += 2
                span: Span | None = (self.starts[here], self.ends[here])
                is_named = True
            else:
                name = positional[len(found)] if len(found) < len(positional) and not is_named else ""
                span = None
            if not name or name in found:
                raise GivenUp
            value = self.conditional()
            found[name] = value, span or value.span
            if self.words[self.here] != ",":
                break
            self.here += 1
        self.right = self.ends[self.here]
        self.expect(")")
        names = sorted(found, key=order.index)
        return tuple((name, found[name][0]) for name in names), tuple(found[name][1] for name in names)
