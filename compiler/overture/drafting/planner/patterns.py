"""The small language that says how a step is worded, and its matcher.

    <fetch> {what:noun} (from|at) {url:url} [with AI]

A word stands for itself, `( | )` is a choice, `[ ]` may be left out, `{name:slot}` is a part of the step that a slot
(slots.py) measures, `<name>` a group of words that several patterns share. A match is tried with the longest reading
of each part first; each try costs a unit of the reading's budget, which bounds the time that any text can take.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from overture.drafting.planner.tokens import Token


class BudgetSpent(Exception):
    """The text is too long, or too entangled, to be read in bounded time."""


@dataclass(slots=True)
class Reading:
    """A request being read: its text, its tokens, and how many tries are left."""

    text: str
    tokens: list[Token]
    budget: int
    looks_like_step: Callable[[int], bool] = field(default=lambda at: False)

    def spend(self) -> None:
        self.budget -= 1
        if self.budget < 0:
            raise BudgetSpent

    def lower(self, at: int) -> str:
        return self.tokens[at].lower if 0 <= at < len(self.tokens) else ""

    def text_of(self, start: int, end: int) -> str:
        """The request's own words from one token to before another."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if end > start else ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens [start, end) of a reading."""

    reading: Reading
    start: int
    end: int

    @property
    def tokens(self) -> list[Token]:
        return self.reading.tokens[self.start : self.end]

    @property
    def text(self) -> str:
        return self.reading.text_of(self.start, self.end)

    @property
    def first(self) -> Token:
        return self.reading.tokens[self.start]

    @property
    def words(self) -> list[str]:
        return [token.lower for token in self.tokens]


Said = Mapping[str, Phrase]
Slot = Callable[[Reading, int], Iterator[int]]
_Pairs = tuple[tuple[str, Phrase], ...]


@dataclass(frozen=True, slots=True)
class Word:
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Optional:
    inner: Node


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    slot: Slot


Node = Word | Sequence | Choice | Optional | Part

_PIECE = re.compile(r"\s*([()\[\]|]|\{\w+:\w+\}|<\w+>|[^\s()\[\]|{}<>]+)")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that is ready to match; `starts`: the words it can begin with, None when a part or any word can."""

    source: str
    node: Node
    starts: frozenset[str] | None

    def matches(self, reading: Reading, at: int) -> Iterator[tuple[int, Said]]:
        """Each way to read the tokens from `at` on: where it ends, and its parts by name."""
        for end, said in _match(self.node, reading, at, ()):
            yield end, dict(said)


def compile_pattern(source: str, slots: Mapping[str, Slot], groups: Mapping[str, str]) -> Pattern:
    """Raises KeyError for an unknown slot or group, ValueError for brackets that do not close."""
    pieces = [each[1] for each in _PIECE.finditer(source)]
    node, rest = _alternatives(pieces, slots, groups)
    if rest:
        raise ValueError(f"`{rest[0]}` closes nothing in `{source}`")
    return Pattern(source, node, _starts(node)[0])


def _alternatives(pieces: list[str], slots: Mapping[str, Slot], groups: Mapping[str, str]) -> tuple[Node, list[str]]:
    options: list[Node] = []
    parts: list[Node] = []
    while pieces and pieces[0] not in (")", "]"):
        piece, pieces = pieces[0], pieces[1:]
        if piece == "|":
            options.append(_sequence(parts))
            parts = []
        elif piece in ("(", "["):
            inner, pieces = _alternatives(pieces, slots, groups)
            if pieces[:1] != [")" if piece == "(" else "]"]:
                raise ValueError(f"`{piece}` is not closed")
            pieces = pieces[1:]
            parts.append(Optional(inner) if piece == "[" else inner)
        elif piece.startswith("{"):
            name, _, slot = piece[1:-1].partition(":")
            parts.append(Part(name, slots[slot]))
        elif piece.startswith("<"):
            parts.append(compile_pattern(groups[piece[1:-1]], slots, groups).node)
        else:
            parts.append(Word(frozenset((piece.lower(),))))
    options.append(_sequence(parts))
    if all(isinstance(option, Word) for option in options):
        return Word(frozenset(word for option in options if isinstance(option, Word) for word in option.words)), pieces
    return (options[0] if len(options) == 1 else Choice(tuple(options))), pieces


def _sequence(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Sequence(tuple(parts))


def _starts(node: Node) -> tuple[frozenset[str] | None, bool]:
    """The words that a node can begin with (None: any), and whether it can be nothing."""
    match node:
        case Word(words):
            return words, False
        case Part():
            return None, False
        case Optional(inner):
            return _starts(inner)[0], True
        case Choice(options):
            each = [_starts(option) for option in options]
            known = [found for found, _ in each if found is not None]
            together = frozenset(word for found in known for word in found) if len(known) == len(each) else None
            return together, any(empty for _, empty in each)
        case Sequence(parts):
            begin: frozenset[str] = frozenset()
            for part in parts:
                found, empty = _starts(part)
                if found is None:
                    return None, False
                begin |= found
                if not empty:
                    return begin, False
            return begin, True


def _match(node: Node, reading: Reading, at: int, said: _Pairs) -> Iterator[tuple[int, _Pairs]]:
    reading.spend()
    match node:
        case Word(words):
            if at < len(reading.tokens) and reading.tokens[at].kind != "quoted" and reading.tokens[at].lower in words:
                yield at + 1, said
        case Part(name, slot):
            for end in slot(reading, at):
                reading.spend()
                yield end, (*said, (name, Phrase(reading, at, end)))
        case Optional(inner):
            yield from _match(inner, reading, at, said)
            yield at, said
        case Choice(options):
            for option in options:
                yield from _match(option, reading, at, said)
        case Sequence(parts):
            yield from _in_order(parts, 0, reading, at, said)


def _in_order(
    parts: tuple[Node, ...], number: int, reading: Reading, at: int, said: _Pairs
) -> Iterator[tuple[int, _Pairs]]:
    if number == len(parts):
        yield at, said
        return
    for end, more in _match(parts[number], reading, at, said):
        yield from _in_order(parts, number + 1, reading, end, more)
