"""Expected order: a list is a sequence, a list in it is what may come in any order, a list in that a sequence again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Wanted = TypeVar("Wanted")
Got = TypeVar("Got")
Bound = TypeVar("Bound")


@dataclass(frozen=True, slots=True)
class Step(Generic[Wanted]):
    """One thing that is expected, and the places of those that must have come before."""

    wanted: Wanted
    after: frozenset[int]


def steps_of(tree: Sequence[object]) -> list[Step[object]]:
    """The leaves of nested lists in reading order, each with what must precede it."""
    steps: list[Step[object]] = []

    def walk(node: object, after: frozenset[int], is_sequence: bool) -> frozenset[int]:
        if not isinstance(node, list):
            steps.append(Step(node, after))
            return frozenset({len(steps) - 1})
        ends: frozenset[int] = frozenset()
        for child in node:
            child_ends = walk(child, after, not is_sequence)
            if is_sequence:
                after = child_ends or after
            else:
                ends |= child_ends
        return after if is_sequence else ends or after

    walk(list(tree), frozenset(), True)
    return steps


@dataclass(frozen=True, slots=True)
class Fit:
    """How far a record followed the expectation: which step each entry took, and what was open at the end."""

    taken: tuple[int, ...]
    is_whole: bool
    open_steps: tuple[int, ...]
    left: tuple[int, ...]


def follow(
    steps: Sequence[Step[Wanted]],
    record: Sequence[Got],
    matches: Callable[[Wanted, Got, Bound], Bound | None],
    bound: Bound,
) -> Fit:
    """Match each entry of `record`, in order, with a step whose predecessors were matched.

    `matches` gives what is bound after the match, or None where there is none. Of several ways the first that is
    whole is returned, else the longest. The search is bounded: alternatives are tried only where two open steps
    fit one entry.
    """
    best: tuple[int, ...] = ()
    tries = 0

    def search(taken: tuple[int, ...], bound: Bound) -> bool:
        nonlocal best, tries
        tries += 1
        if len(taken) > len(best):
            best = taken
        if len(taken) == len(record) or tries > _MOST_TRIES:
            return len(taken) == len(record) == len(steps)
        for at in _open(steps, taken):
            after = matches(steps[at].wanted, record[len(taken)], bound)
            if after is not None and search((*taken, at), after):
                return True
        return False

    is_whole = search((), bound)
    left = tuple(at for at in range(len(steps)) if at not in best)
    return Fit(best, is_whole, _open(steps, best), left)


_MOST_TRIES = 20_000


def _open(steps: Sequence[Step[Wanted]], taken: tuple[int, ...]) -> tuple[int, ...]:
    done = set(taken)
    return tuple(at for at, step in enumerate(steps) if at not in done and step.after <= done)
