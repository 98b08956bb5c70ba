"""Objects of a YAML text as lines that can be moved or replaced: each key with the comments that belong to it.

A comment belongs to the key below it, unless it is indented further than that key: then it ends what stands above.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from overture.diagnostics.sources import Place, Source

_OPENING = re.compile(r"[ ]*(?:- +)?")


@dataclass(frozen=True, slots=True)
class Block:
    """An object that stands in lines of its own, [start, end) in the text, `start` at the beginning of a line.

    `opening` is what stands before its first key (white space, perhaps a dash). `keys` are the pointers of its values
    in the order of the file; `leads` the comments and blank lines above each, `bodies` the range of each from its key
    to the end of its last line.
    """

    start: int
    end: int
    opening: str
    keys: tuple[str, ...]
    leads: Mapping[str, str]
    bodies: Mapping[str, tuple[int, int]]

    def joined(self, bodies: Sequence[tuple[str, str]]) -> str:
        """The object with these keys, given as (lead, body), in this order. A comment above what comes first stands
        above the whole object."""
        (lead, body), *rest = bodies
        dash = len(self.opening) - len(self.opening.lstrip(" "))
        above = "".join(" " * dash + line.lstrip(" ") for line in lead.splitlines(keepends=True))
        indentation = " " * len(self.opening)
        return above + self.opening + _ended(body) + "".join(each + indentation + _ended(one) for each, one in rest)


@dataclass(frozen=True, slots=True)
class Lines:
    """A text, the places in it, and where its blocks of text (`|`, `>`) truly end, by the end that their places have:
    blank lines that are kept (`|+`), or that are longer than the indentation, are a part of the text."""

    text: str
    places: Mapping[str, Place]
    tails: Mapping[int, int]

    @staticmethod
    def of(source: Source) -> Lines:
        lines = Lines(source.text, source.places, {})
        text, tails = source.text, {}
        for place in source.places.values():
            if text[place.start : place.start + 1] in ("|", ">"):
                start = end = lines.end(place.end)
                while end < len(text) and not text[end : lines.end(end + 1)].strip():
                    end = lines.end(end + 1)
                header = text[place.start : text.find("\n", place.start)].partition("#")[0]
                if "+" in header or text[start:end].strip("\n"):
                    tails[place.end] = end
        return Lines(source.text, source.places, tails)

    def start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def end(self, offset: int) -> int:
        """After the line feed of the line that holds the character before `offset`."""
        found = self.text.find("\n", max(offset - 1, 0))
        return len(self.text) if found < 0 else found + 1

    def key(self, pointer: str) -> tuple[int, int]:
        """The span of the key of a value."""
        key = self.places[pointer].key
        assert key is not None
        return key

    def is_flow(self, pointer: str) -> bool:
        start = self.places[pointer].start
        return self.text[start : start + 1] in ("{", "[")

    def block(self, keys: Sequence[str]) -> Block | None:
        """The object with these keys (pointers), which are all it has; None when it does not stand in lines of its own:
        between braces, or with keys after a `?`."""
        text = self.text
        written = sorted(keys, key=self.key)
        starts = [self.key(key)[0] for key in written]
        if not all(_OPENING.fullmatch(text[self.start(start) : start]) for start in starts):
            return None
        begin = self.start(starts[0])
        opening = text[begin : starts[0]]
        end = self.end_of(written[-1], len(opening))
        leads, bodies = {written[0]: ""}, {}
        for key, start, following in zip(written, starts, [*written[1:], None], strict=True):
            stop = end
            if following is not None:
                below = self.start(self.key(following)[0])
                stop = self.start_of_comments(below, self.end_of_value(key), len(opening))
                leads[following] = text[stop:below]
            bodies[key] = (start, stop)
        return Block(begin, end, opening, tuple(written), leads, bodies)

    def end_of(self, pointer: str, column: int) -> int:
        """Where the lines of a value end: with it, and the comments below that are indented at least so far."""
        end = here = self.end_of_value(pointer)
        while here < len(self.text):
            line = self.text[here : self.end(here + 1)]
            indentation = len(line) - len(line.lstrip(" "))
            if line.strip() and not (line[indentation] == "#" and indentation >= column > 0):
                break
            here += len(line)
            if line.strip():
                end = here
        return end

    def start_of_comments(self, end: int, floor: int, column: int) -> int:
        """Where the comments and blank lines right above a line begin; what is indented further than `column` is no
        comment on it."""
        start = end
        while start > floor:
            line = self.text[self.start(start - 1) : start]
            indentation = len(line) - len(line.lstrip(" "))
            if line.strip() and not (line[indentation] == "#" and indentation <= column):
                break
            start -= len(line)
        return max(start, floor)

    def end_of_value(self, pointer: str) -> int:
        """After the last line of a value."""
        place = self.places[pointer]
        return self.end(max(self.tails.get(place.end, place.end), place.key[1] if place.key else 0))


def _ended(body: str) -> str:
    return body if body.endswith("\n") else body + "\n"
