"""The tokens of an expression, by Jinja's lexer, with the place of each."""

from __future__ import annotations

import re

from jinja2 import Environment, TemplateSyntaxError
from jinja2.lexer import operators

from overture.expressions.failures import ExpressionSyntaxError
from overture.expressions.records import record
from overture.expressions.tree import MAX_DEPTH, Span
from overture.expressions.types import Json

ENVIRONMENT = Environment()

_OPENING = {"(": ")", "[": "]", "{": "}"}
_WORD_OPERATORS = frozenset(("and", "or", "not", "in", "is", "if"))

MAX_OPERATORS = 500


@record(frozen=True, slots=True)
class Piece:
    """One token: `type` as Jinja's parser knows it, `value` what it means, `text` how it is written."""

    type: str
    value: Json
    text: str
    span: Span


def tokens_of(text: str, start: int = 0) -> list[Piece]:
    """The tokens of an expression, white space left out; places count from `start`.

    Raises ExpressionSyntaxError for what is no token, for brackets that do not match, and beyond the limits."""
    # Carriage returns would be normalised away, and with them our places; none means anything outside a literal.
    source = text.replace("\r", " ")
    pieces: list[Piece] = []
    here = 0
    try:
        for _, kind, written in ENVIRONMENT.lexer.tokeniter(source, None, None, "variable"):
            span = (start + here, start + here + len(written))
            if kind == "variable_end":
                raise ExpressionSyntaxError("unexpected `}}`", _braces_help(text), span)
            if kind != "whitespace":
                pieces.append(_piece(kind, text[here : here + len(written)], span))
            here += len(written)
    except TemplateSyntaxError:
        raise _stray(source, here, start) from None
    _check_brackets(pieces)
    _check_limits(pieces)
    return pieces


def _piece(kind: str, written: str, span: Span) -> Piece:
    value: Json = written
    if kind == "operator":
        kind = operators[written]
    elif kind == "name" and not written.isidentifier():
        raise ExpressionSyntaxError(f"`{written}` is not a name", None, span)
    elif kind == "string":
        value = _literal_text(written[1:-1], span[0] + 1)
    elif kind in ("integer", "float"):
        try:
            value = int(written.replace("_", ""), 0) if kind == "integer" else float(written.replace("_", ""))
        except ValueError:
            value = float("inf")
        if value in (float("inf"), float("-inf")) or (isinstance(value, int) and value.bit_length() > 1023):
            raise ExpressionSyntaxError("the number is too large", None, span)
    return Piece(kind, value, written, span)


_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(N\{[^}]*\})|(\r\n|.))", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a"}
_KEPT_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "\n": "", "\r\n": "", "\r": ""}


def _literal_text(written: str, start: int) -> str:
    """What a text literal means: Python's escapes. A backslash before anything else stays (so `'\\d+'` is a pattern
    and `'\\1'` a group; Python would read the latter as a control character)."""
    if "\\" not in written:
        return written

    def meaning(match: re.Match[str]) -> str:
        two, four, eight, named, other = match.groups()
        place = (start + match.start(), start + match.end())
        if code := two or four or eight:
            if int(code, 16) > 0x10FFFF:
                raise ExpressionSyntaxError(f"`{match.group()}` is no character", None, place)
            return chr(int(code, 16))
        if named or other in ("x", "u", "U"):
            raise ExpressionSyntaxError(
                f"`{match.group()}` is an incomplete escape",
                "write the character itself, or `\\u` and four digits",
                place,
            )
        return _SIMPLE_ESCAPES.get(other) or _KEPT_ESCAPES.get(other, match.group())

    found = _ESCAPE.sub(meaning, written)
    try:  # two escapes that are a surrogate pair are one character; half a pair is none
        return found.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise ExpressionSyntaxError(
            "the text holds half of a surrogate pair", None, (start - 1, start + len(written) + 1)
        ) from None


_STRAY_HELP = {
    "&": "write `and`",
    "!": "write `not`",
    "?": "write `a if condition else b`",
    "`": "texts stand in `'` or `\"`",
    "$": "names are written without `$`",
    "@": None,
    "#": "there are no comments in an expression",
}


def _stray(source: str, here: int, start: int) -> ExpressionSyntaxError:
    """The error for a place at which Jinja's lexer finds no token, or a bracket that closes another."""
    character = source[here]
    span = (start + here, start + here + 1)
    if character in "'\"":
        return ExpressionSyntaxError("the text that starts here never ends", f"close it with `{character}`", span)
    if character in ")]}":
        return ExpressionSyntaxError(f"unexpected `{character}`", "each bracket is closed by its own kind", span)
    return ExpressionSyntaxError(f"unexpected `{character}`", _STRAY_HELP.get(character), span)


def _braces_help(text: str) -> str | None:
    return "this is an expression already: leave out `{{` and `}}`" if text.lstrip().startswith("{{") else None


def _check_brackets(pieces: list[Piece]) -> None:
    opened: list[Piece] = []
    for piece in pieces:
        if piece.text in _OPENING and piece.type != "string":
            opened.append(piece)
            if len(opened) > MAX_DEPTH:
                raise ExpressionSyntaxError(
                    f"the expression is nested more than {MAX_DEPTH} levels deep",
                    "use a `set` task for a part",
                    piece.span,
                )
        elif piece.text in (")", "]", "}") and piece.type != "string":
            opened.pop()
    if opened:
        last = opened[-1]
        raise ExpressionSyntaxError(
            f"`{last.text}` is never closed", f"close it with `{_OPENING[last.text]}`", last.span
        )


def _check_limits(pieces: list[Piece]) -> None:
    used = 0
    for piece in pieces:
        is_word = piece.type == "name" and piece.text in _WORD_OPERATORS
        used += is_word or (piece.type in _COUNTED)
        if used > MAX_OPERATORS:
            raise ExpressionSyntaxError(
                f"the expression has more than {MAX_OPERATORS} operators", "use a `set` task for a part", piece.span
            )


_COUNTED = frozenset(operators.values()) - {
    *("lparen", "rparen", "lbracket", "rbracket", "lbrace", "rbrace"),
    *("comma", "colon", "dot", "assign", "semicolon"),
}
