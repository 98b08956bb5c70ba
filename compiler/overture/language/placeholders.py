"""Placeholders of a query, `:name` (language.md 5): not in texts, names and comments, and `::` is none."""

from __future__ import annotations

import re
from collections.abc import Callable

_OTHER = re.compile(
    r"(?<!\w)[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$",
    re.DOTALL,
)
"""Texts (PostgreSQL's `E'…'` and `$$…$$` too), names and comments: what looks like a placeholder there is none."""
_PLACE = re.compile(r"(?<![:\w]):([A-Za-z_]\w*)")


def blanked(query: str) -> str:
    """The query with spaces for its texts, names and comments: each character left stands where it stood."""
    return _OTHER.sub(lambda match: " " * len(match[0]), query)


def placeholders(query: str) -> dict[str, tuple[int, int]]:
    """The placeholders, each with the characters of its first place, colon included."""
    return {match[1]: match.span() for match in reversed(list(_PLACE.finditer(blanked(query))))}


def rewritten(query: str, text: Callable[[str], str], place: Callable[[str], str]) -> str:
    """The query in another tongue: `text` of what stands between the placeholders, `place` of the name of each."""
    parts: list[str] = []
    at = 0
    for match in _PLACE.finditer(blanked(query)):
        parts += (text(query[at : match.start()]), place(match[1]))
        at = match.end()
    return "".join((*parts, text(query[at:])))
