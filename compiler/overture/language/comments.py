"""The comments of a document that are addressed to a program: which they are, and what they stand by."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from overture.diagnostics.sources import Source

_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*")
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_BEFORE_ITEM = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*[ \t]*(-(?=[ \t\r\n]))?")


@dataclass(frozen=True, slots=True)
class Comment:
    """What stands from `start` on, which is a `#`, to the end of its line, as offsets. What it is for begins
    in [first, last)."""

    start: int
    end: int
    first: int
    last: int


def comments(source: Source, opening: re.Pattern[str]) -> Iterator[Comment]:
    """The comments of a document, or the ends of comments, that begin as `opening` says (with a `#`), in order.

    At the end of a line a comment stands by that line, and by the whole of a text that begins or ends on it. On a line
    of its own it stands by the item that follows, whole: an element of a list, or a key with its value. JSON has no
    comments, and none is found in it: every `#` stands in a string.
    """
    text = source.text
    layout = _Layout(source)
    for match in opening.finditer(text):
        start = match.start()
        if layout.is_in_text(start):
            continue
        rest = _REST_OF_LINE.match(text, start)
        end = rest.end() if rest else start
        line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
        is_alone = text[line:start].lstrip(" \t")[:1] in ("", "#")
        yield Comment(start, end, *(layout.following(end) if is_alone else layout.touching(line, end)))


class _Layout:
    """Where texts and items stand. Nothing of it is worked out for a document in which no comment is found."""

    def __init__(self, source: Source) -> None:
        self._text = source.text
        self._places = source.places
        self._gap = (0, 0, False)  # the last one between a comment and an item, and whether a dash ends it

    def is_in_text(self, offset: int) -> bool:
        index = bisect_right(self._starts, offset) - 1
        return index >= 0 and offset < self._scalars[index][1]

    def touching(self, line: int, end: int) -> tuple[int, int]:
        """A line, and the texts that begin or end on it."""
        first, last = line, end
        index = bisect_left(self._ends, line)
        while index < len(self._scalars) and self._scalars[index][0] <= end:
            first, last = min(first, self._scalars[index][0]), max(last, self._scalars[index][1])
            index += 1
        return first, last

    def following(self, end: int) -> tuple[int, int]:
        """The item that begins after an offset; nothing at the end of the document."""
        if not self._gap[0] <= end < self._gap[1]:  # else another comment stood above this one
            before = _BEFORE_ITEM.match(self._text, end)
            self._gap = (end, before.end(), before[1] is not None) if before else (end, end, False)
        _, here, is_dashed = self._gap
        items = self._elements if is_dashed else self._entries
        index = bisect_left(items, (here, 0, 0))
        if index == len(items):
            return end, end
        start, _, stop = items[index]
        return here, max(stop, start + 1)

    @cached_property
    def _scalars(self) -> list[tuple[int, int]]:
        """The spans of keys and of values that hold no others, in order; of a block its lines, without what stands
        behind its `|`."""
        spans: list[tuple[int, int]] = []
        for pointer, place in self._places.items():
            if place.key:
                spans.append(place.key)
            if pointer not in self._holders:
                header = _BLOCK_HEADER.match(self._text, place.start)
                line = _REST_OF_LINE.match(self._text, header.end()) if header else None
                spans.append((line.end() if line else place.start, place.end))
        return sorted(spans)

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self._scalars]

    @cached_property
    def _ends(self) -> list[int]:
        return [end for _, end in self._scalars]

    @cached_property
    def _holders(self) -> set[str]:
        return {pointer.rpartition("/")[0] for pointer in self._places if pointer}

    @cached_property
    def _elements(self) -> list[tuple[int, int, int]]:
        """What stands behind a dash: start, depth, end."""
        return self._items(is_dashed=True)

    @cached_property
    def _entries(self) -> list[tuple[int, int, int]]:
        """Keys with their values, and the elements of lists in brackets."""
        return self._items(is_dashed=False)

    def _items(self, *, is_dashed: bool) -> list[tuple[int, int, int]]:
        items = []
        for pointer, place in self._places.items():
            depth = pointer.count("/")
            if place.key:
                if not is_dashed:
                    items.append((place.key[0], depth, place.end))
            elif pointer:
                above = self._places[pointer.rpartition("/")[0]]
                if is_dashed != self._text.startswith("[", above.start):
                    items.append((place.start, depth, place.end))
        return sorted(items)
