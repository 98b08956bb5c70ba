"""Regular expressions: the part that Python, Java and JavaScript share (language.md 3).

Classes are ASCII, `.` is anything but a line feed, `^` and `$` are the ends of the whole text.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial

from overture.expressions.failures import Refused
from overture.expressions.values import MAX_TEXT_CHARACTERS, TOO_LONG

_ESCAPED = frozenset("dDwWsSbBnrtfv")
_PUNCTUATION = frozenset(r"\^$.|?*+()[]{}/-")
_QUANTIFIER = re.compile(r"[*+?]|\{(\d{1,4})(?:(,)(\d{1,4})?)?\}", re.ASCII)
_HEX = {"x": re.compile("[0-9A-Fa-f]{2}"), "u": re.compile("[0-9A-Fa-f]{4}")}


class _Reader:
    """Reads a pattern once, from left to right; `python` is the same pattern for Python's `re`."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.here = 0
        self.python: list[str] = []
        self.depth = 0

    def read(self) -> str:
        can_repeat = False
        while self.here < len(self.pattern):
            can_repeat = self.part(can_repeat)
        if self.depth:
            raise Refused("a `(` is never closed")
        return "".join(self.python)

    def take(self, length: int, python: str | None = None) -> str:
        taken = self.pattern[self.here : self.here + length]
        self.here += length
        self.python.append(taken if python is None else python)
        return taken

    def part(self, can_repeat: bool) -> bool:
        """Reads one part; whether a quantifier may follow."""
        character = self.pattern[self.here]
        if character == "\\":
            return self.escape(in_class=False)
        if character == "[":
            self.character_class()
            return True
        if character == "(":
            return self.group()
        if character == ")":
            if not self.depth:
                raise Refused("a `)` closes nothing")
            self.depth -= 1
            self.take(1)
            return True
        if match := _QUANTIFIER.match(self.pattern, self.here):
            self.quantifier(match, can_repeat)
            return False
        if character in "{}]":
            raise Refused(f"`{character}` stands for itself only as `\\{character}`")
        if character == "$":
            self.take(1, r"\Z")
            return False
        self.take(1)
        return character not in "^|"

    def quantifier(self, match: re.Match[str], can_repeat: bool) -> None:
        if not can_repeat:
            raise Refused(f"`{match.group()}` repeats nothing")
        low, _, high = match.groups()
        if high is not None and int(high) < int(low):
            raise Refused(f"`{match.group()}` counts down")
        self.take(len(match.group()))
        if self.pattern[self.here : self.here + 1] == "?":
            self.take(1)

    def group(self) -> bool:
        self.depth += 1
        if self.depth > 50:
            raise Refused("groups are nested more than 50 levels deep")
        if not self.pattern.startswith("(?", self.here):
            self.take(1)
            return False
        if self.pattern[self.here + 2 : self.here + 3] not in (":", "=", "!"):
            opening = self.pattern[self.here : self.here + 4]
            what = "look-behind" if opening[:4] in ("(?<=", "(?<!") else f"`{opening[:3]}`"
            raise Refused(f"{what} is not the same everywhere")
        self.take(3)
        return False

    def escape(self, *, in_class: bool) -> bool:
        letter = self.pattern[self.here + 1 : self.here + 2]
        if letter in _HEX:
            match = _HEX[letter].match(self.pattern, self.here + 2)
            if not match:
                raise Refused(f"`\\{letter}` needs hexadecimal digits")
            self.take(2 + len(match.group()))
            return True
        if letter and letter in "123456789":
            raise Refused("a backreference is not the same everywhere")
        if not letter or (letter not in _ESCAPED and letter not in _PUNCTUATION):
            raise Refused(f"`\\{letter}` is not the same everywhere")
        if in_class and letter in "bB":
            raise Refused(f"`\\{letter}` in a class is not the same everywhere")
        self.take(2)
        return letter not in "bB"

    def character_class(self) -> None:
        start = self.here
        self.take(1)
        if self.pattern.startswith("^", self.here):
            self.take(1)
        if self.pattern.startswith("]", self.here):
            raise Refused("an empty class is not the same everywhere")
        while self.here < len(self.pattern):
            character = self.pattern[self.here]
            if character == "]":
                self.take(1)
                return
            if character == "\\":
                self.escape(in_class=True)
                continue
            if character == "[" or self.pattern[self.here : self.here + 2] in ("&&", "--", "||", "~~"):
                shown = character if character == "[" else character * 2
                raise Refused(f"`{shown}` in a class is not the same everywhere")
            self.take(1)
        raise Refused(f"the class `{self.pattern[start : start + 10]}` is never closed")


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with a pattern, None if nothing is."""
    try:
        _compiled(pattern)
    except Refused as problem:
        return str(problem)
    return None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    python = _Reader(pattern).read()
    try:
        return re.compile(python, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise Refused(f"the pattern cannot be read: {error}") from None


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern is found anywhere in the text, as JSON Schema's `pattern`."""
    return _compiled(pattern).search(text) is not None


def extract(text: str, pattern: str) -> str | None:
    """The first place found: its first group if the pattern has one, else all of it; null if there is none."""
    found = _compiled(pattern).search(text)
    if found is None:
        return None
    return found.group(1) if found.re.groups else found.group()


_GROUP = re.compile(r"\\([0-9])|\\\\")


def substitute(text: str, pattern: str, replacement: str) -> str:
    """Every place found replaced; `\\1` to `\\9` in the replacement are the pattern's groups, `\\0` all of it."""
    compiled = _compiled(pattern)
    for group in _GROUP.findall(replacement):
        if group and int(group) > compiled.groups:
            raise Refused(f"the pattern has no group {group}")
    built: list[str] = []
    length = here = 0
    for found in compiled.finditer(text):
        new = _GROUP.sub(partial(_group_of, found), replacement)
        built += text[here : found.start()], new
        length += len(new) + found.start() - here
        here = found.end()
        if length > MAX_TEXT_CHARACTERS:
            raise Refused(TOO_LONG)
    if length + len(text) - here > MAX_TEXT_CHARACTERS:
        raise Refused(TOO_LONG)
    return "".join([*built, text[here:]])


def _group_of(found: re.Match[str], written: re.Match[str]) -> str:
    """What `\\1` or `\\\\` in a replacement means."""
    return (found.group(int(written[1])) or "") if written[1] else "\\"
