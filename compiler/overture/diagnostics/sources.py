"""Where the values of a document stand in its file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from overture.diagnostics.model import At

_ESCAPE = re.compile(
    r"""''|\\(?:x[0-9a-fA-F]{2}|u[dD][89abAB][0-9a-fA-F]{2}\\u[0-9a-fA-F]{4}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^\s])"""
)
"""A character written as an escape: `\\n`, `\\u00e9`, a pair of surrogates in JSON, `''` between single quotes."""
_LINE_FEED = re.compile("\n")


@dataclass(frozen=True, slots=True)
class Place:
    """Offsets in the file's text, in characters, ends exclusive: of a value, and of its key when it has one."""

    start: int
    end: int
    key: tuple[int, int] | None = None


@dataclass(frozen=True)
class Source:
    """A file's text and the place of every value in it, by JSON pointer.

    `offsets` gives, for the pointer of a text value, the offset in the file of each of its characters and of its end
    (so one more than its length): it is asked only when a finding speaks of a part of that text.
    """

    path: str
    text: str
    places: Mapping[str, Place]
    offsets: Callable[[str], list[int]]

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_FEED.finditer(self.text))]

    def value(self, pointer: str) -> At:
        """The whole value at a pointer; of one that is not in the file, the nearest value above it."""
        place = self._place(pointer)
        return self._at(pointer, place.start, place.end)

    def key(self, pointer: str) -> At:
        """The key of the value at a pointer, or the value where there is no key."""
        place = self._place(pointer)
        start, end = place.key or (place.start, place.end)
        return self._at(pointer, start, end)

    def within(self, pointer: str, start: int, end: int) -> At:
        """The characters [start, end) of the text value at a pointer."""
        if pointer not in self.places:
            return self.value(pointer)
        offsets = self.offsets(pointer)
        last = len(offsets) - 1
        start = min(start, last)
        if end <= start:
            return self._at(pointer, offsets[start], offsets[start] + 1)
        final = offsets[min(end, last) - 1]
        return self._at(pointer, offsets[start], final + self._width(final, offsets[min(end, last)]))

    def span(self, pointer: str, start: int, end: int) -> At:
        """The characters [start, end) of the file, said of the value at a pointer."""
        return self._at(pointer, start, end)

    def _width(self, offset: int, following: int) -> int:
        """How many characters of the file one character of a text takes: more than one where it is escaped."""
        if following - offset > 1 and (escape := _ESCAPE.match(self.text, offset, following)):
            return escape.end() - offset
        return 1

    def _place(self, pointer: str) -> Place:
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer, Place(0, 0))

    def _at(self, pointer: str, start: int, end: int) -> At:
        line, column = self._position(start)
        end_line, end_column = self._position(max(start, end))
        return At(self.path, pointer, line, column, end_line, end_column)

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1


def pointer_of(*parts: str | int) -> str:
    """The JSON pointer (RFC 6901) of a path of keys and indices."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
