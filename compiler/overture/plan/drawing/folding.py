"""A graph too wide for a page, folded: what runs side by side between the same ends becomes one box.

Two steps, until neither finds anything: boxes with the same needs and the same followers are one `Beside`; a box whose
only follower needs it alone is one `Row` with it. An edge to a folded box says what the edges to each of its members
said, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beside:
    """Run side by side."""

    members: tuple[Fold, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Run one after the other."""

    members: tuple[Fold, ...]


Fold = int | Beside | Row


def depth(part: Fold) -> int:
    """How deep boxes lie in boxes; without recursion, which a hostile graph would exhaust."""
    found, level = 0, [part]
    while level := [inner for each in level if not isinstance(each, int) for inner in each.members]:
        found += 1
    return found


def folded(count: int, edges: Sequence[tuple[int, int]]) -> tuple[list[Fold], list[tuple[int, int]]]:
    """Boxes, numbered from 0, and edges without a cycle, folded: the boxes that are left in the order of their first
    members, and the edges between them by their numbers in that list."""
    parts: dict[int, Fold] = {number: number for number in range(count)}  # by the number of the first member
    before: dict[int, set[int]] = {number: set() for number in parts}
    after: dict[int, set[int]] = {number: set() for number in parts}
    for first, second in edges:
        after[first].add(second)
        before[second].add(first)
    while _beside(parts, before, after) | _rows(parts, before, after):
        pass
    numbers = {key: number for number, key in enumerate(sorted(parts))}
    left = [(numbers[first], numbers[second]) for first in sorted(parts) for second in sorted(after[first])]
    return [parts[key] for key in sorted(parts)], left


def _beside(parts: dict[int, Fold], before: dict[int, set[int]], after: dict[int, set[int]]) -> bool:
    twins: dict[tuple[frozenset[int], frozenset[int]], list[int]] = {}
    for key in sorted(parts):
        twins.setdefault((frozenset(before[key]), frozenset(after[key])), []).append(key)
    several = [keys for keys in twins.values() if len(keys) > 1]
    for first, *others in several:
        members: list[Fold] = []
        for key in (first, *others):
            part = parts[key]
            members += part.members if isinstance(part, Beside) else (part,)
        parts[first] = Beside(tuple(members))
        for key in others:
            _drop(key, parts, before, after)
    return bool(several)


def _rows(parts: dict[int, Fold], before: dict[int, set[int]], after: dict[int, set[int]]) -> bool:
    found = False
    for key in sorted(parts):
        while key in parts and len(after[key]) == 1:
            (second,) = after[key]
            if len(before[second]) > 1:
                break
            heads, tails = parts[key], parts[second]
            members = (heads.members if isinstance(heads, Row) else (heads,)) + (
                tails.members if isinstance(tails, Row) else (tails,)
            )
            followers = after[second]
            _drop(second, parts, before, after)
            parts[key] = Row(members)
            after[key] = followers
            for follower in followers:
                before[follower].add(key)
            found = True
    return found


def _drop(key: int, parts: dict[int, Fold], before: dict[int, set[int]], after: dict[int, set[int]]) -> None:
    for each in before.pop(key):
        after[each].discard(key)
    for each in after[key]:
        before[each].discard(key)
    del parts[key]
    after.pop(key)
