"""A quote inside a text between the same quotes: it ends the text, and what stands after it means nothing.

The reader stumbles somewhere behind it, or nowhere (`[a, "{{ b | join(", ") }}"]` is a list of three texts), so it is
looked for where something is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_LINE = 2_000
"""Characters of a line that are looked at: people's lines are shorter, and a hostile file may hold one of megabytes."""

_OPENING = re.compile(r"""(?:^|[\[{,]|[:?-](?=\s))\s*(?P<quote>["'])""")
_TEXT = {'"': re.compile(r'(?:[^"\\]|\\.)*'), "'": re.compile(r"(?:[^']|'')*")}
_FOLLOWING = frozenset(",]}:# \t\r")
"""What may follow a text that is over."""


@dataclass(frozen=True, slots=True)
class InnerQuote:
    """`offset`: where it stands in the file; `quote`: which one it is."""

    offset: int
    quote: str

    @property
    def message(self) -> str:
        return f"the text ends at this `{self.quote}`"

    @property
    def help(self) -> str:
        if self.quote == '"':
            return "write `'` inside, or `\\\"`"
        return "write `''` inside, or put the text between `\"`"


def inner_quote(text: str, offset: int) -> InnerQuote | None:
    """The first quote in the line of an offset that ends a text too early: within `{{ }}`, or right before more of the
    text, with another one to come."""
    first = max(0, offset - MAX_LINE)
    start = text.rfind("\n", first, offset) + 1
    if not start and first:
        return None
    end = text.find("\n", offset, start + MAX_LINE)
    line = text[start : end if end >= 0 else start + MAX_LINE]
    position = 0
    while opening := _OPENING.search(line, position):
        quote = opening["quote"]
        body = _TEXT[quote].match(line, opening.end())
        position = body.end() if body else opening.end()
        if body is None or line[position : position + 1] != quote:
            return None  # it goes on in the next line
        rest = line[position + 1 :]
        is_within = body[0].rfind("{{") > body[0].rfind("}}") and "}}" in rest
        if quote in rest and (is_within or (rest[:1] not in _FOLLOWING and rest != "")):
            return InnerQuote(start + position, quote)
        position += 1
    return None
