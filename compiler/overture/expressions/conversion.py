"""From Jinja's tree to ours: an allow-list, and the place of everything.

Jinja's nodes know a line only. So its parser is given tokens whose "line" is their number, and each node then says at
which token it was made; that, and the brackets, give every span.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from threading import Lock
from typing import Any, NoReturn, cast

from jinja2 import TemplateSyntaxError, nodes
from jinja2.lexer import Token, TokenStream
from jinja2.parser import Parser

from overture.expressions.failures import ExpressionSyntaxError
from overture.expressions.records import replace
from overture.expressions.table import FILTERS, FUNCTIONS, TESTS, Parameter
from overture.expressions.tokens import ENVIRONMENT, Piece
from overture.expressions.tree import (
    MAX_DEPTH,
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

_BINARY = {
    nodes.Add: "+",
    nodes.Sub: "-",
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
    nodes.Pow: "**",
    nodes.And: "and",
    nodes.Or: "or",
}
_COMPARE = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not in",
}


class _Parser(Parser):
    def parse_test(self, node: nodes.Expr) -> nodes.Expr:
        """`is name`, `is not name`. Jinja's own takes the next word for an argument, so that `x is defined if c else d`
        would not parse; a test of ours takes none."""
        number = next(self.stream).lineno
        is_negated = self.stream.skip_if("name:not")
        name = self.stream.expect("name").value
        test: nodes.Expr = nodes.Test(node, name, [], [], None, None, lineno=number)
        return nodes.Not(test, lineno=number) if is_negated else test


def expression_of(pieces: list[Piece], end: int) -> Expr:
    """The tree of an expression's tokens; `end` is where its text ends.

    Raises ExpressionSyntaxError."""
    if not pieces:
        raise ExpressionSyntaxError("there is no expression here", None, (end, end))
    parser = copy(_PARSER)  # a new one would begin by reading a template
    parser.stream = TokenStream((Token(number, p.type, p.value) for number, p in enumerate(pieces)), None, None)
    with _enough_frames(pieces):
        try:
            found = parser.parse_expression()
        except TemplateSyntaxError as error:
            _refuse_token(pieces, error.lineno if parser.stream.current.type != "eof" else len(pieces), end)
        if parser.stream.current.type != "eof":
            _refuse_token(pieces, parser.stream.current.lineno, end)
    converter = _Converter(pieces)
    converter.check_depth(found)
    return converter.convert(found)


_PARSER = _Parser(ENVIRONMENT, "")
_FRAMES = Lock()


@contextmanager
def _enough_frames(pieces: list[Piece]) -> Iterator[None]:
    """Jinja's parser takes some thirteen frames a bracket and one a prefix. Python's limit of 1,000 is enough for
    whatever people write; for what is still within our own limits it is raised for a moment (frames of Python code
    take none of the C stack)."""
    depth = deepest = prefixes = 0
    for piece in pieces:
        depth += (piece.type in ("lparen", "lbracket", "lbrace")) - (piece.type in ("rparen", "rbracket", "rbrace"))
        deepest = max(deepest, depth)
        prefixes += piece.type in ("sub", "add") or piece.text in ("not", "else")
    needed = 16 * deepest + prefixes
    if needed < 300:
        yield
        return
    with _FRAMES:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(before + needed)
        try:
            yield
        finally:
            sys.setrecursionlimit(before)


def _refuse_token(pieces: list[Piece], number: int, end: int) -> NoReturn:
    if number >= len(pieces):
        raise ExpressionSyntaxError("the expression is not complete", None, (end, end))
    piece, before = pieces[number], pieces[number - 1] if number else None
    help = None
    if piece.type == "assign":
        help = "equality is written `==`"
    elif piece.type == "pipe" and before is not None and before.type == "pipe":
        help = "write `or`"
    elif before is not None and before.type == "name" and before.text in TESTS and number > 1:
        help = (
            "a test takes no argument: compare by `==`, `in` or `<`"
            if pieces[number - 2].text in ("is", "not")
            else None
        )
    raise ExpressionSyntaxError(f"unexpected `{piece.text}`", help, piece.span)


class _Converter:
    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces
        self.starting = {piece.span[0]: number for number, piece in enumerate(pieces)}
        self.ending = {piece.span[1]: number for number, piece in enumerate(pieces)}
        self.partner: dict[int, int] = {}
        opened: list[int] = []
        for number, piece in enumerate(pieces):
            if piece.type in ("lparen", "lbracket", "lbrace"):
                opened.append(number)
            elif piece.type in ("rparen", "rbracket", "rbrace"):
                start = opened.pop()
                self.partner[start] = number

    def check_depth(self, found: nodes.Node) -> None:
        """Without recursion, for what is too deep must not be walked."""
        waiting: list[tuple[nodes.Node, int]] = [(found, 1)]
        while waiting:
            node, depth = waiting.pop()
            if depth > MAX_DEPTH:
                span = self.pieces[min(node.lineno, len(self.pieces) - 1)].span
                raise ExpressionSyntaxError(
                    f"the expression is nested more than {MAX_DEPTH} levels deep", "use a `set` task for a part", span
                )
            step = 0 if isinstance(node, (nodes.Operand, nodes.Pair, nodes.Keyword)) else 1
            parts = list(node.iter_child_nodes())
            last = len(parts) - 1
            for number, part in enumerate(parts):
                inside = (last - max(number - 1, 0)) if isinstance(node, nodes.Concat) else step
                waiting.append((part, depth + inside))

    # Places

    def wide(self, tree: Expr) -> Span:
        """The span of a part with the parentheses round it."""
        first, last = self.starting[tree.span[0]], self.ending[tree.span[1]]
        while self.partner.get(first - 1) == last + 1 and self.pieces[first - 1].type == "lparen":
            first, last = first - 1, last + 1
        return self.between(first, last)

    def between(self, first: int, last: int) -> Span:
        return self.pieces[first].span[0], self.pieces[last].span[1]

    def across(self, first: Expr, last: Expr) -> Span:
        return self.wide(first)[0], self.wide(last)[1]

    def end_of_call(self, name: int) -> int:
        """The number of the last token of `name` or `name(...)`."""
        has_arguments = name + 1 < len(self.pieces) and self.pieces[name + 1].type == "lparen"
        return self.partner[name + 1] if has_arguments else name

    # Parts

    def convert(self, node: nodes.Node) -> Expr:
        make = _MAKERS.get(type(node))
        if make is None:
            self.refuse(node, "this is no part of an expression")
        return make(self, node)

    def refuse(self, node: nodes.Node, message: str, help: str | None = None) -> NoReturn:
        raise ExpressionSyntaxError(message, help, self.pieces[min(node.lineno, len(self.pieces) - 1)].span)

    def constant(self, node: nodes.Const) -> Expr:
        first = last = node.lineno
        while (
            self.pieces[first].type == "string"
            and last + 1 < len(self.pieces)
            and self.pieces[last + 1].type == "string"
        ):
            last += 1
        return Literal(node.value, span=self.between(first, last))

    def name(self, node: nodes.Name) -> Expr:
        span = self.pieces[node.lineno].span
        if node.name == "null":
            return Literal(None, span=span)
        if node.name in ROOTS:
            raise ExpressionSyntaxError(
                f"`{node.name}` alone is no value", f"name what you mean: `{node.name}.…`", span
            )
        return Ref("item", node.name, span=span, name_span=span)

    def attribute(self, node: nodes.Getattr) -> Expr:
        key = node.lineno + 1
        return self.keyed(node.node, node.attr, self.pieces[key].span, key)

    def keyed(self, of: nodes.Node, key: str, key_span: Span, last: int) -> Expr:
        """`of.key`, as a part of a name of ours or as a key of a value."""
        end = self.pieces[last].span[1]
        if isinstance(of, nodes.Name) and of.name in ROOTS:
            return Ref(cast(Root, of.name), key, span=(self.pieces[of.lineno].span[0], end), name_span=key_span)
        base = self.convert(of)
        start = self.wide(base)[0]
        if isinstance(base, Ref) and base.root == "tasks" and base.field is None:
            return replace(base, field=key, field_span=key_span, span=(start, end))
        return Key(base, key, span=(start, end), key_span=key_span)

    def subscript(self, node: nodes.Getitem) -> Expr:
        opening = node.lineno
        last = opening + 1 if self.pieces[opening].type == "dot" else self.partner[opening]
        inside = node.arg
        if isinstance(inside, nodes.Const) and isinstance(inside.value, str):
            return self.keyed(node.node, inside.value, self.convert(inside).span, last)
        if isinstance(node.node, nodes.Name) and node.node.name in ROOTS:
            self.refuse(
                inside, f"the name after `{node.node.name}` must be written out", "computed names cannot be checked"
            )
        of = self.convert(node.node)
        span = (self.wide(of)[0], self.pieces[last].span[1])
        if isinstance(inside, nodes.Slice):
            if inside.step is not None:
                self.refuse(inside.step, "a slice has no step", "use `| reverse` to turn a list round")
            start = None if inside.start is None else self.convert(inside.start)
            stop = None if inside.stop is None else self.convert(inside.stop)
            return Slice(of, start, stop, span=span)
        return Index(of, self.convert(inside), span=span)

    def unary(self, node: nodes.UnaryExpr) -> Expr:
        number = node.lineno
        if isinstance(node, nodes.Not) and self.pieces[number].text == "is":
            return replace(cast(Test, self.convert(node.node)), negated=True)
        operand = self.convert(node.node)
        span = (self.pieces[number].span[0], self.wide(operand)[1])
        if isinstance(node, nodes.Not):
            return Unary("not", operand, span=span)
        if isinstance(node, nodes.Neg):
            if isinstance(operand, Literal) and type(operand.value) in (int, float):
                return Literal(-operand.value, span=span)
            return Unary("-", operand, span=span)
        return Unary("+", operand, span=span)

    def binary(self, node: nodes.BinExpr) -> Expr:
        left, right = self.convert(node.left), self.convert(node.right)
        return Binary(_BINARY[type(node)], left, right, span=self.across(left, right))  # type: ignore[arg-type]

    def concatenation(self, node: nodes.Concat) -> Expr:
        found = self.convert(node.nodes[0])
        for part in node.nodes[1:]:
            right = self.convert(part)
            found = Binary("~", found, right, span=self.across(found, right))
        return found

    def comparison(self, node: nodes.Compare) -> Expr:
        first = self.convert(node.expr)
        rest = tuple((_COMPARE[each.op], self.convert(each.expr)) for each in node.ops)
        return Compare(first, rest, span=self.across(first, rest[-1][1]))  # type: ignore[arg-type]

    def conditional(self, node: nodes.CondExpr) -> Expr:
        then, condition = self.convert(node.expr1), self.convert(node.test)
        if node.expr2 is None:
            number = self.ending[self.wide(then)[1]] + 1
            raise ExpressionSyntaxError("this `if` has no `else`", "add `else` and a value", self.pieces[number].span)
        otherwise = self.convert(node.expr2)
        return Conditional(condition, then, otherwise, span=self.across(then, otherwise))

    def list_literal(self, node: nodes.List) -> Expr:
        items = tuple(self.convert(item) for item in node.items)
        return ListOf(items, span=self.between(node.lineno, self.partner[node.lineno]))

    def object_literal(self, node: nodes.Dict) -> Expr:
        entries = tuple((self.object_key(pair.key), self.convert(pair.value)) for pair in node.items)
        return ObjectOf(entries, span=self.between(node.lineno, self.partner[node.lineno]))

    def object_key(self, node: nodes.Node) -> Expr:
        piece = self.pieces[node.lineno]
        if piece.type == "name" and isinstance(node, (nodes.Name, nodes.Const)):
            is_bare = self.pieces[node.lineno - 1].type in ("lbrace", "comma")
            return Literal(piece.text, span=piece.span) if is_bare else self.convert(node)
        if isinstance(node, nodes.Const) and not isinstance(node.value, str):
            self.refuse(node, "a key is a text", f"write `'{piece.text}'`")
        return self.convert(node)

    def tuple_literal(self, node: nodes.Tuple) -> Expr:
        around = [start for start, end in self.partner.items() if start <= node.lineno <= end]
        span = self.between(max(around), self.partner[max(around)])
        raise ExpressionSyntaxError("a list stands in `[` and `]`", None, span)

    # What has a row in the table

    def filter(self, node: nodes.Filter) -> Expr:
        assert node.node is not None  # only a filter block has none
        of = self.convert(node.node)
        number = node.lineno
        last_of_name = number + 2 * node.name.count(".")
        row = FILTERS.get(node.name)
        names, values, spans = self.arguments(node, row.parameters if row else ())
        return Filter(
            of,
            node.name,
            tuple(zip(names, values, strict=True)),
            span=(self.wide(of)[0], self.pieces[self.end_of_call(last_of_name)].span[1]),
            name_span=self.between(number, last_of_name),
            argument_spans=spans,
        )

    def test(self, node: nodes.Test) -> Expr:
        of = self.convert(node.node)
        number = node.lineno + (2 if self.pieces[node.lineno + 1].text == "not" else 1)
        name_span = self.pieces[number].span
        return Test(of, node.name, False, span=(self.wide(of)[0], name_span[1]), name_span=name_span)

    def call(self, node: nodes.Call) -> Expr:
        called = node.node
        if not isinstance(called, nodes.Name):
            self.refuse_call(node)
        number = called.lineno
        row = FUNCTIONS.get(called.name)
        names, values, spans = self.arguments(node, row.parameters if row else ())
        for name, span in zip(names, spans, strict=True):
            if row and not name.isdecimal() and name not in [each.name for each in row.parameters]:
                raise ExpressionSyntaxError(f"`{called.name}` has no argument `{name}`", None, span)
        return Call(
            called.name,
            tuple(values),
            span=(self.pieces[number].span[0], self.pieces[self.end_of_call(number)].span[1]),
            name_span=self.pieces[number].span,
        )

    def refuse_call(self, node: nodes.Call) -> NoReturn:
        called = node.node
        if isinstance(called, nodes.Test):
            self.refuse(node, "a test takes no argument", "compare by `==`, `in` or `<`")
        if not isinstance(called, nodes.Getattr):
            self.refuse(node, "this cannot be called", None)
        span = self.pieces[called.lineno + 1].span
        help = (
            f"use the filter: `| {called.attr}`"
            if called.attr in FILTERS
            else "values have keys, and filters work on them"
        )
        raise ExpressionSyntaxError(f"`{called.attr}` cannot be called: values have no methods", help, span)

    def arguments(
        self, node: nodes.Filter | nodes.Call, parameters: tuple[Parameter, ...]
    ) -> tuple[list[str], list[Expr], tuple[Span, ...]]:
        """Names, values and places (of the name if it is written, else of the value), in the table's order. An
        argument that the table lacks keeps the name it was given, or its number from "1"."""
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            self.refuse(node.dyn_args or node.dyn_kwargs or node, "arguments cannot be spread", "write them one by one")
        positional = [each for each in parameters if not each.is_keyword]
        order = [each.name for each in parameters]
        aliases = {alias: each.name for each in parameters for alias in each.aliases}
        found: list[tuple[str, Expr, Span]] = []
        for number, each in enumerate(node.args):
            value = self.convert(each)
            name = positional[number].name if number < len(positional) else str(number + 1)
            found.append((name, value, value.span))
        for keyword in node.kwargs:
            value = self.convert(keyword.value)
            name_number = self.starting[self.wide(value)[0]] - 2
            span = self.pieces[name_number].span
            name = aliases.get(str(keyword.key), str(keyword.key))
            if any(name == other for other, _, _ in found):
                raise ExpressionSyntaxError(f"the argument `{keyword.key}` is given twice", None, span)
            found.append((name, value, span))
        found.sort(key=lambda each: order.index(each[0]) if each[0] in order else len(order))
        return [each[0] for each in found], [each[1] for each in found], tuple(each[2] for each in found)


_MAKERS: dict[type, Callable[[Any, Any], Expr]] = {
    nodes.Const: _Converter.constant,
    nodes.Name: _Converter.name,
    nodes.Getattr: _Converter.attribute,
    nodes.Getitem: _Converter.subscript,
    nodes.Neg: _Converter.unary,
    nodes.Pos: _Converter.unary,
    nodes.Not: _Converter.unary,
    **dict.fromkeys(_BINARY, _Converter.binary),
    nodes.Concat: _Converter.concatenation,
    nodes.Compare: _Converter.comparison,
    nodes.CondExpr: _Converter.conditional,
    nodes.List: _Converter.list_literal,
    nodes.Dict: _Converter.object_literal,
    nodes.Tuple: _Converter.tuple_literal,
    nodes.Filter: _Converter.filter,
    nodes.Test: _Converter.test,
    nodes.Call: _Converter.call,
}
