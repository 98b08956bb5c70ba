"""Regular expressions: the part that Python, Java and JavaScript share (language.md 3).

Classes are ASCII, `.` is anything but a line feed, `^` and `$` are the ends of the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial

from overture.expressions.failures import Refused
from overture.expressions.matching import (
    Ahead,
    Choice,
    Edge,
    Group,
    One,
    Part,
    Places,
    Program,
    Repeat,
    Search,
    Sequence,
    is_risky,
    program_of,
)
from overture.expressions.records import record
from overture.expressions.values import MAX_TEXT_CHARACTERS, TOO_LONG

_ESCAPED = frozenset("dDwWsSbBnrtfv")
_PUNCTUATION = frozenset(r"\^$.|?*+()[]{}/-")
_QUANTIFIER = re.compile(r"[*+?]|\{(\d{1,4})(?:(,)(\d{1,4})?)?\}", re.ASCII)
_HEX = {"x": re.compile("[0-9A-Fa-f]{2}"), "u": re.compile("[0-9A-Fa-f]{4}")}


@record(frozen=True, slots=True)
class _Pattern:
    """A pattern for Python's `re`, and as a program where that might not come back."""

    python: re.Pattern[str]
    program: Program | None

    def first(self, text: str) -> Places | None:
        if self.program is not None:
            return Search(self.program, text).first()
        found = self.python.search(text)
        return None if found is None else _places(found)

    def all(self, text: str) -> Iterator[Places]:
        if self.program is not None:
            return Search(self.program, text).all()
        return map(_places, self.python.finditer(text))


def _places(found: re.Match[str]) -> Places:
    return tuple(place for span in found.regs for place in span)


class _Reader:
    """Reads a pattern once, from left to right, into its parts and into the same pattern for Python's `re`."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.here = 0
        self.groups = 0
        self.python: list[str] = []

    def read(self) -> Part:
        found = self.choice(0)
        if self.here < len(self.pattern):
            raise Refused("a `)` closes nothing")
        return found

    def at(self, text: str) -> bool:
        return self.pattern.startswith(text, self.here)

    def take(self, length: int, python: str | None = None) -> str:
        taken = self.pattern[self.here : self.here + length]
        self.here += length
        self.python.append(taken if python is None else python)
        return self.python[-1]

    def one(self, length: int) -> Part:
        return One(re.compile(self.take(length), re.ASCII))

    def choice(self, depth: int) -> Part:
        parts = [self.sequence(depth)]
        while self.at("|"):
            self.take(1)
            parts.append(self.sequence(depth))
        return Choice(tuple(parts)) if len(parts) > 1 else parts[0]

    def sequence(self, depth: int) -> Part:
        parts: list[Part] = []
        while self.here < len(self.pattern) and not self.at("|") and not self.at(")"):
            part = self.part(depth)
            if match := _QUANTIFIER.match(self.pattern, self.here):
                part = self.repeated(part, match)
            parts.append(part)
        return Sequence(tuple(parts))

    def part(self, depth: int) -> Part:
        character = self.pattern[self.here]
        if character == "\\":
            return self.escape(in_class=False)
        if character == "[":
            return self.character_class()
        if character == "(":
            return self.group(depth + 1)
        if match := _QUANTIFIER.match(self.pattern, self.here):
            raise Refused(f"`{match.group()}` repeats nothing")
        if character in "{}]":
            raise Refused(f"`{character}` stands for itself only as `\\{character}`")
        if character in "^$":
            return Edge(re.compile(self.take(1, {"^": r"\A", "$": r"\Z"}[character])))
        return self.one(1) if character == "." else One(re.compile(re.escape(self.take(1))))

    def repeated(self, part: Part, match: re.Match[str]) -> Part:
        if isinstance(part, (Edge, Ahead)):
            raise Refused(f"`{match.group()}` repeats nothing")
        low, comma, high = match.groups()
        least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(match.group(), (0, 0))
        if low is not None:
            least = int(low)
            most = int(high) if high is not None else None if comma else least
        if most is not None and most < least:
            raise Refused(f"`{match.group()}` counts down")
        self.take(len(match.group()))
        is_lazy = self.at("?")
        if is_lazy:
            self.take(1)
        if again := _QUANTIFIER.match(self.pattern, self.here):
            raise Refused(f"`{again.group()}` repeats nothing")
        return Repeat(least, most, is_lazy, part)

    def group(self, depth: int) -> Part:
        if depth > 50:
            raise Refused("groups are nested more than 50 levels deep")
        number = None
        opening = self.pattern[self.here : self.here + 3]
        if not opening.startswith("(?"):
            self.groups += 1
            number = self.groups
            self.take(1)
        elif opening in ("(?:", "(?=", "(?!"):
            self.take(3)
        else:
            is_behind = self.at("(?<=") or self.at("(?<!")
            raise Refused(f"{'look-behind' if is_behind else f'`{opening}`'} is not the same everywhere")
        inside = self.choice(depth)
        if not self.at(")"):
            raise Refused("a `(` is never closed")
        self.take(1)
        return Ahead(opening == "(?=", inside) if opening in ("(?=", "(?!") else Group(number, inside)

    def escape(self, *, in_class: bool) -> Part:
        letter = self.pattern[self.here + 1 : self.here + 2]
        if letter in _HEX:
            match = _HEX[letter].match(self.pattern, self.here + 2)
            if not match:
                raise Refused(f"`\\{letter}` needs hexadecimal digits")
            return self.one(2 + len(match.group()))
        if letter and letter in "123456789":
            raise Refused("a backreference is not the same everywhere")
        if not letter or (letter not in _ESCAPED and letter not in _PUNCTUATION):
            raise Refused(f"`\\{letter}` is not the same everywhere")
        if letter in "bB":
            if in_class:
                raise Refused(f"`\\{letter}` in a class is not the same everywhere")
            return Edge(re.compile(self.take(2), re.ASCII))
        return self.one(2)

    def character_class(self) -> Part:
        start, first = self.here, len(self.python)
        self.take(1)
        if self.at("^"):
            self.take(1)
        if self.at("]"):
            raise Refused("an empty class is not the same everywhere")
        while self.here < len(self.pattern) and not self.at("]"):
            if self.at("\\"):
                self.escape(in_class=True)
                continue
            if odd := next((each for each in ("[", "&&", "--", "||", "~~") if self.at(each)), None):
                raise Refused(f"`{odd}` in a class is not the same everywhere")
            self.take(1)
        if not self.at("]"):
            raise Refused(f"the class `{self.pattern[start : start + 10]}` is never closed")
        self.take(1)
        return One(re.compile("".join(self.python[first:]), re.ASCII))


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with a pattern, None if nothing is."""
    try:
        _compiled(pattern)
    except Refused as problem:
        return str(problem)
    return None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> _Pattern:
    reader = _Reader(pattern)
    try:
        part = reader.read()
        python = re.compile("".join(reader.python), re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise Refused(f"the pattern cannot be read: {error}") from None
    return _Pattern(python, program_of(part, reader.groups) if is_risky(part) else None)


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern is found anywhere in the text, as JSON Schema's `pattern`."""
    return _compiled(pattern).first(text) is not None


def extract(text: str, pattern: str) -> str | None:
    """The first place found: its first group if the pattern has one, else all of it; null if there is none."""
    found = _compiled(pattern).first(text)
    if found is None:
        return None
    return _group(text, found, 1 if len(found) > 2 else 0)


def _group(text: str, places: Places, number: int) -> str | None:
    start, end = places[2 * number : 2 * number + 2]
    return text[start:end] if start >= 0 else None


_GROUP = re.compile(r"\\([0-9])|\\\\")


def substitute(text: str, pattern: str, replacement: str) -> str:
    """Every place found replaced; `\\1` to `\\9` in the replacement are the pattern's groups, `\\0` all of it."""
    compiled = _compiled(pattern)
    for group in _GROUP.findall(replacement):
        if group and int(group) > compiled.python.groups:
            raise Refused(f"the pattern has no group {group}")
    built: list[str] = []
    length = here = 0
    for found in compiled.all(text):
        new = _GROUP.sub(partial(_meaning, text, found), replacement)
        built += text[here : found[0]], new
        length += len(new) + found[0] - here
        here = found[1]
        if length > MAX_TEXT_CHARACTERS:
            raise Refused(TOO_LONG)
    if length + len(text) - here > MAX_TEXT_CHARACTERS:
        raise Refused(TOO_LONG)
    return "".join([*built, text[here:]])


def _meaning(text: str, found: Places, written: re.Match[str]) -> str:
    """What `\\1` or `\\\\` in a replacement means."""
    return (_group(text, found, int(written[1])) or "") if written[1] else "\\"
