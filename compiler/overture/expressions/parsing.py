"""From the texts of a document to trees: expressions, templates, and JSON values with templates inside.

Jinja's expression syntax with our meaning (language.md 3). Statements, comments and white space control are no part of
it: in a template everything but `{{ }}` is text (language.md 2).
"""

from __future__ import annotations

import re

from overture.expressions.failures import ExpressionSyntaxError
from overture.expressions.records import record
from overture.expressions.shortcut import expression_at
from overture.expressions.tree import MAX_DEPTH, NO_SPAN, Expr, ListOf, Literal, ObjectOf, Span, Template, Text
from overture.expressions.types import Json

__all__ = ["ExpressionSyntaxError", "SyntaxFinding", "parse_expression", "parse_template", "parse_value"]


@record(frozen=True, slots=True)
class SyntaxFinding:
    """A text of a JSON value that cannot be read: `where` is its JSON pointer relative to the field, `span` counts
    characters within that text."""

    message: str
    help: str | None
    span: Span
    where: str = ""


def parse_expression(text: str) -> Expr:
    """The tree of a bare expression.

    Raises ExpressionSyntaxError with the smallest span that is wrong."""
    found = expression_at(text, 0, len(text))
    if found is not None:
        return found
    stripped = text.strip()
    if stripped.startswith("{{") and stripped.endswith("}}"):
        start = text.index("{{")
        raise ExpressionSyntaxError(
            "this field is an expression already", "leave out `{{` and `}}`", (start, start + len(stripped))
        )
    return _read_by_jinja(text, 0, len(text))


def _read_by_jinja(text: str, start: int, end: int) -> Expr:
    """What the short cut does not read, and all that is wrong."""
    from overture.expressions.conversion import expression_of
    from overture.expressions.tokens import tokens_of

    return expression_of(tokens_of(text[start:end], start), end)


def parse_template(text: str, *, keeps_type: bool) -> Expr:
    """The tree of a text with `{{ }}` in it.

    A text without any is a `Literal`. With `keeps_type`, a text that is one `{{ }}` and nothing else, spaces aside, is
    that expression's own tree. Otherwise it is a `Template`, its text parts `Literal`s.

    Raises ExpressionSyntaxError for `{%`, for a `{{` that is never closed, and for what is wrong inside one."""
    if "{{" not in text and "{%" not in text:
        return Literal(text, span=(0, len(text)))
    parts: list[Expr] = []
    inside: list[Expr] = []
    here = 0
    while (start := text.find("{{", here)) >= 0:
        _add_text(parts, text, here, start)
        here = _end_of(text, start)
        inside.append(_between_braces(text, start, here))
        parts.append(inside[-1])
    _add_text(parts, text, here, len(text))
    if not inside:
        return Literal(text, span=(0, len(text)))
    if keeps_type and len(inside) == 1 and all(part is inside[0] or _is_blank(part) for part in parts):
        return inside[0]
    return Template(tuple(parts), span=(0, len(text)))


def parse_value(value: Json, *, keeps_type: bool = True) -> tuple[Expr, list[SyntaxFinding]]:
    """The tree of a JSON value, each text in it read as a template; keys are literal.

    A text that holds an expression is a `Text` with its JSON pointer. A text that cannot be read is a finding, and
    stands in the tree as the `Literal` that it is."""
    findings: list[SyntaxFinding] = []
    return _value(value, "", keeps_type, findings, 0), findings


def _value(value: Json, where: str, keeps_type: bool, findings: list[SyntaxFinding], depth: int) -> Expr:
    if depth > MAX_DEPTH:
        findings.append(SyntaxFinding(f"the value is nested more than {MAX_DEPTH} levels deep", None, NO_SPAN, where))
        return Literal(None)
    if isinstance(value, dict):
        return ObjectOf(
            tuple(
                (Literal(key), _value(part, f"{where}/{_pointer_part(key)}", keeps_type, findings, depth + 1))
                for key, part in value.items()
            )
        )
    if isinstance(value, (list, tuple)):
        return ListOf(
            tuple(
                _value(part, f"{where}/{number}", keeps_type, findings, depth + 1) for number, part in enumerate(value)
            )
        )
    if not isinstance(value, str):
        return Literal(value)
    try:
        body = parse_template(value, keeps_type=keeps_type)
    except ExpressionSyntaxError as error:
        findings.append(SyntaxFinding(error.message, error.help, error.span, where))
        return Literal(value)
    is_plain = isinstance(body, Literal) and "{{" not in value
    return body if is_plain else Text(where, body, span=body.span)


def _pointer_part(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _add_text(parts: list[Expr], text: str, start: int, end: int) -> None:
    if (tag := text.find("{%", start, end)) >= 0:
        raise ExpressionSyntaxError(
            "`{%` is no part of a template: there are no statements", "write `{{ '{%' }}` for the text", (tag, tag + 2)
        )
    if end > start:
        parts.append(Literal(text[start:end], span=(start, end)))


def _is_blank(part: Expr) -> bool:
    return isinstance(part, Literal) and isinstance(part.value, str) and not part.value.strip()


def _between_braces(text: str, start: int, end: int) -> Expr:
    if text[start + 2] == "-" or text[end - 3] == "-":
        place = start + 2 if text[start + 2] == "-" else end - 3
        raise ExpressionSyntaxError(
            "templates have no white space control", "leave out the `-`, or put a space before it", (place, place + 1)
        )
    found = expression_at(text, start + 2, end - 2)
    if found is not None:
        return found
    if not text[start + 2 : end - 2].strip():
        raise ExpressionSyntaxError("there is nothing between `{{` and `}}`", None, (start, end))
    return _read_by_jinja(text, start + 2, end - 2)


# What matters for the end of `{{ … }}`: whole text literals, and brackets.
_STRUCTURE = re.compile(r"""'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|\}\}|[][(){}]""", re.DOTALL)

_UNSTRUCTURED = re.compile(r"""[^][(){}'"]*\}\}""")


def _end_of(text: str, start: int) -> int:
    """Behind the `}}` that closes the `{{` at `start`.

    A `}}` inside a text literal is none, nor are the braces that close object literals; after a mistake in the
    brackets the next `}}` is taken, so that the mistake is what is told."""
    if simple := _UNSTRUCTURED.match(text, start + 2):
        return simple.end()
    opened: list[str] = []
    here = start + 2
    while match := _STRUCTURE.search(text, here):
        here = match.end()
        found = match.group()
        if found[0] in "'\"":
            continue
        if found == "}}" and (not opened or opened[-1] != "{"):
            return here
        if found in "([{":
            opened.append(found)
        elif opened and found[0] == {"(": ")", "[": "]", "{": "}"}[opened[-1]]:
            opened.pop()
            here = match.start() + 1
    raise ExpressionSyntaxError(
        "`{{` is never closed", "close it with `}}`, or write `{{ '{{' }}` for the text", (start, start + 2)
    )
