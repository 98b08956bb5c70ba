"""Conditions in words, as expressions: `there are more than five bugs`, `it is urgent`, `the status is not 200`.

Several may be joined by `and`, or by `or`; the two mixed are not understood, as words do not say which binds tighter.
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.drafting.planner.draft import Draft, NotUnderstoodError
from overture.drafting.planner.patterns import Reading, Said
from overture.drafting.planner.results import Result
from overture.drafting.planner.wordings import HAVING, WORDINGS, Wording, say_having

_LOOKS = 8  # how many readings of one wording are tried


def read_condition(draft: Draft, reading: Reading, at: int) -> Iterator[tuple[int, str]]:
    """Each way to read a condition from `at` on, the longest first: where it ends, and the expression. What reading it
    has changed in the draft is taken back before the next way is tried."""
    for end, said in _simple(draft, reading, at):
        for joint in ("and", "or"):
            if reading.lower(end) != joint:
                continue
            mark = draft.mark()
            for last, more in _joined(draft, reading, end, joint):
                yield last, f"({said}) {joint} {more}"
                draft.undo(mark)
        yield end, said


def read_having(draft: Draft, reading: Reading, at: int, of: Result) -> Iterator[tuple[int, str]]:
    """Each way to read what a thing has, `a total over 500` or `the state "open"`, the longest first."""
    found = sorted(HAVING.matches(reading, at), key=lambda each: -each[0])
    for end, said in found[:_LOOKS]:
        mark = draft.mark()
        try:
            expression = say_having(draft, said, of)
        except NotUnderstoodError:
            draft.undo(mark)
            continue
        yield end, expression
        draft.undo(mark)


def _joined(draft: Draft, reading: Reading, at: int, joint: str) -> Iterator[tuple[int, str]]:
    for end, said in _simple(draft, reading, at + 1):
        if reading.lower(end) == joint:
            for last, more in _joined(draft, reading, end, joint):
                yield last, f"({said}) {joint} {more}"
        yield end, f"({said})"


def _simple(draft: Draft, reading: Reading, at: int) -> Iterator[tuple[int, str]]:
    found: list[tuple[int, int, Wording, Said]] = []
    for order, wording in enumerate(WORDINGS):
        starts = wording.pattern.starts
        if starts is not None and reading.lower(at) not in starts:
            continue
        for count, (end, said) in enumerate(wording.pattern.matches(reading, at)):
            found.append((-end, order, wording, said))
            if count >= _LOOKS:
                break
    for minus_end, _, wording, said in sorted(found, key=lambda each: each[:2]):
        mark = draft.mark()
        try:
            expression = wording.say(draft, said)
        except NotUnderstoodError:
            draft.undo(mark)
            continue
        yield -minus_end, expression
        draft.undo(mark)
