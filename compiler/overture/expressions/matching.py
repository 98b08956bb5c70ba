"""A matcher for patterns on which Python's `re` may never come back.

`re` tries the ways in which `(a+)+$` can match one after another: 2^n of them. Here each pair of an instruction and a
place is tried once (it fails again if it failed before, for without backreferences nothing else matters), so the time
is bounded by the product of the two lengths, and the first way in the same order of preference is the one found. That
is slower for what is harmless, so it is used only where `is_risky`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from overture.expressions.failures import Refused
from overture.expressions.records import record

MAX_INSTRUCTIONS = 20_000
MAX_STEPS = 2_000_000  # some seconds, some 100 MB


@record(frozen=True, slots=True)
class One:
    """One character: of a class, or itself."""

    pattern: re.Pattern[str]


@record(frozen=True, slots=True)
class Edge:
    """A place: an end of the text, a boundary of a word."""

    pattern: re.Pattern[str]


@record(frozen=True, slots=True)
class Sequence:
    parts: tuple[Part, ...]


@record(frozen=True, slots=True)
class Choice:
    parts: tuple[Part, ...]


@record(frozen=True, slots=True)
class Group:
    """`number` counts from 1; None is a group that is not kept."""

    number: int | None
    part: Part


@record(frozen=True, slots=True)
class Ahead:
    is_wanted: bool
    part: Part


@record(frozen=True, slots=True)
class Repeat:
    least: int
    most: int | None
    is_lazy: bool
    part: Part


Part = One | Edge | Sequence | Choice | Group | Ahead | Repeat


def is_risky(part: Part) -> bool:
    """Whether a repeat holds another or a choice (that may take 2^n steps), or there are three repeats (n^4)."""
    repeats = 0
    waiting: list[tuple[Part, int]] = [(part, 1)]
    while waiting:
        each, times = waiting.pop()
        varies = isinstance(each, Choice) or (isinstance(each, Repeat) and each.least != each.most)
        if varies and times > _FEW:
            return True
        if isinstance(each, Repeat):
            most = _MANY if each.most is None else max(each.most, 1)
            repeats += most > _FEW
            times = min(times * most, _MANY)
        waiting += [(inside, times) for inside in _inside(each)]
    return repeats > 2


_FEW, _MANY = 8, 1_000_000  # of few repeats no two make much


def _inside(part: Part) -> tuple[Part, ...]:
    match part:
        case Sequence() | Choice():
            return part.parts
        case Group() | Ahead() | Repeat():
            return (part.part,)
        case _:
            return ()


@record(frozen=True, slots=True)
class _Fork:
    first: int
    second: int


@record(frozen=True, slots=True)
class _Save:
    slot: int


@record(frozen=True, slots=True)
class _Look:
    is_wanted: bool
    end: int  # where the program goes on; what is looked for follows this instruction


class _Done:
    pass


_Instruction = One | Edge | _Fork | _Save | _Look | _Done


@dataclass(slots=True)
class Program:
    """A pattern as instructions; `groups` are those that are kept."""

    groups: int
    code: list[_Instruction] = field(default_factory=list)

    def add(self, instruction: _Instruction) -> int:
        if len(self.code) >= MAX_INSTRUCTIONS:
            raise Refused("the pattern is too large")
        self.code.append(instruction)
        return len(self.code) - 1

    def compile(self, part: Part) -> None:
        match part:
            case One() | Edge():
                self.add(part)
            case Sequence():
                for each in part.parts:
                    self.compile(each)
            case Choice():
                self.choice(part.parts)
            case Group(number=None):
                self.compile(part.part)
            case Group(number=int(number)):
                self.add(_Save(2 * number))
                self.compile(part.part)
                self.add(_Save(2 * number + 1))
            case Ahead():
                here = self.add(_Look(part.is_wanted, 0))
                self.compile(part.part)
                self.add(_Done())
                self.code[here] = _Look(part.is_wanted, len(self.code))
            case Repeat():
                self.repeat(part)

    def choice(self, parts: tuple[Part, ...]) -> None:
        ends = []
        for each in parts[:-1]:
            fork = self.add(_Fork(0, 0))
            self.compile(each)
            ends.append(self.add(_Fork(0, 0)))
            self.code[fork] = _Fork(fork + 1, len(self.code))
        self.compile(parts[-1])
        for end in ends:
            self.code[end] = _Fork(len(self.code), len(self.code))

    def repeat(self, part: Repeat) -> None:
        for _ in range(part.least):
            self.compile(part.part)
        if part.most is None:
            fork = self.add(_Fork(0, 0))
            self.compile(part.part)
            self.add(_Fork(fork, fork))
            self.fork(fork, len(self.code), part.is_lazy)
            return
        forks = []
        for _ in range(part.most - part.least):
            forks.append(self.add(_Fork(0, 0)))
            self.compile(part.part)
        for fork in forks:
            self.fork(fork, len(self.code), part.is_lazy)

    def fork(self, here: int, end: int, is_lazy: bool) -> None:
        self.code[here] = _Fork(end, here + 1) if is_lazy else _Fork(here + 1, end)


Places = tuple[int, ...]  # start and end of the whole and of each group, -1 where it took no part


def program_of(part: Part, groups: int) -> Program:
    program = Program(groups)
    program.add(_Save(0))
    program.compile(part)
    program.add(_Save(1))
    program.add(_Done())
    return program


_NOWHERE = -2


@dataclass(slots=True)
class Search:
    """The search for one pattern in one text."""

    program: Program
    text: str
    steps: int = 0
    looked: dict[tuple[int, int], Places | None] = field(default_factory=dict)

    def all(self) -> Iterator[Places]:
        """Every place, from left to right, as `re.finditer` gives them."""
        here, not_empty_at = 0, _NOWHERE
        while (found := self.first(here, not_empty_at)) is not None:
            yield found
            here = found[1]
            not_empty_at = here if found[0] == here else _NOWHERE

    def first(self, start: int = 0, not_empty_at: int = _NOWHERE) -> Places | None:
        """The first place from `start` on; none that is empty at `not_empty_at`."""
        tried: set[int] = set()
        for here in range(start, len(self.text) + 1):
            found = self.match(0, here, (-1,) * (2 * self.program.groups + 2), tried, not_empty_at)
            if found is not None:
                return found
        return None

    def match(self, instruction: int, place: int, places: Places, tried: set[int], not_empty_at: int) -> Places | None:
        code, text, width = self.program.code, self.text, len(self.program.code)
        waiting = [(instruction, place, places)]
        while waiting:
            number, here, places = waiting.pop()
            while True:
                state = here * width + number
                if state in tried:
                    break
                tried.add(state)
                self.steps += 1
                if self.steps > MAX_STEPS:
                    raise Refused("the text is too long for this pattern")
                each = code[number]
                if isinstance(each, One):
                    if not each.pattern.match(text, here):
                        break
                    here += 1
                    number += 1
                elif isinstance(each, _Fork):
                    if each.second != each.first:
                        waiting.append((each.second, here, places))
                    number = each.first
                elif isinstance(each, _Save):
                    places = (*places[: each.slot], here, *places[each.slot + 1 :])
                    number += 1
                elif isinstance(each, Edge):
                    if not each.pattern.match(text, here):
                        break
                    number += 1
                elif isinstance(each, _Look):
                    seen = self.look(number + 1, here, places)
                    if (seen is not None) is not each.is_wanted:
                        break
                    places = seen if seen is not None and each.is_wanted else places
                    number = each.end
                else:
                    if places[0] == places[1] == not_empty_at:
                        break
                    return places
        return None

    def look(self, instruction: int, here: int, places: Places) -> Places | None:
        if (instruction, here) not in self.looked:
            empty = (-1,) * len(places)
            self.looked[instruction, here] = self.match(instruction, here, empty, set(), _NOWHERE)
        seen = self.looked[instruction, here]
        if seen is None:
            return None
        return tuple(new if new >= 0 else old for old, new in zip(places, seen, strict=True))
