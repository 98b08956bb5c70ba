"""Constants as Python source, quoted as `ruff format` would."""

from __future__ import annotations

import io
import tokenize

from overture.expressions.types import Json


def python_text(value: str) -> str:
    """A string literal on one line: double quotes, unless single ones need fewer escapes."""
    source = repr(value)
    if source[0] == "'" and value.count('"') <= value.count("'"):
        source = '"' + source[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    return source


def python_literal(value: Json) -> str:
    """Any JSON value on one line."""
    if isinstance(value, str):
        return python_text(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(python_literal(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{python_text(key)}: {python_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return repr(int(value))
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        value = float(value)  # more than 64 bits is the nearest double
    return repr(value).replace("e+", "e")


def python_format(pieces: list[str | tuple[str]]) -> str | None:
    """An f-string of texts and of sources (each in a tuple of its own), or None where Python 3.11 has no such f-string:
    a replacement may hold neither a backslash nor the f-string's own quotes."""
    sources = [piece[0] for piece in pieces if isinstance(piece, tuple)]
    literal = python_text("".join(piece for piece in pieces if isinstance(piece, str)))
    quote = literal[0]
    inner = [_requoted(source, "'" if quote == '"' else '"') for source in sources]
    if None in inner:
        return None
    replacements = iter(inner)
    parts = []
    for piece in pieces:
        if isinstance(piece, tuple):
            source = next(replacements) or ""
            parts.append("{ " + source + " }" if source.startswith("{") else "{" + source + "}")
        else:
            parts.append(_inside(piece, quote).replace("{", "{{").replace("}", "}}"))
    return "f" + quote + "".join(parts) + quote


def _inside(value: str, quote: str) -> str:
    """A text as it stands between quotes of that kind."""
    source = repr(value)
    body = source[1:-1]
    if source[0] == "'":
        body = body.replace("\\'", "'")
    return body.replace(quote, "\\" + quote)


def _requoted(source: str, quote: str) -> str | None:
    """The source with its strings in the other quotes; None where that cannot be."""
    if "\\" in source or "\n" in source or _has_format(source):
        return None
    if quote == "'" and '"' not in source:
        return source
    out, end = [], 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.STRING:
            continue
        body = token.string[1:-1]
        if "'" in body or '"' in body:
            return None
        out.append(source[end : token.start[1]] + quote + body + quote)
        end = token.end[1]
    return "".join(out) + source[end:]


def _has_format(source: str) -> bool:
    return 'f"' in source or "f'" in source
