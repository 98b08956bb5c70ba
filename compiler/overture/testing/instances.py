"""The states and the attempts of a run's tasks, held to a case: of every task, not only of those that it names.

A task in loops runs once an item, so what a case says of a task is said of its instances, and each instance has a
place: its item's number in every loop round it, outermost first. What is not spoken of must have succeeded, at its
first attempt. Of a task in a repeat the last round counts, for the state and for the attempts: each round is a run of
its own with attempts of its own, and their sum is nothing that an engine shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeAlias

from overture.language.tasks import TASKS, Repeatable
from overture.plan.model import Plan
from overture.testing import shapes
from overture.testing.shapes import CaseError
from overture.testing.values import JSON

REPEATABLE = tuple(kind for kind, each in TASKS.items() if issubclass(each, Repeatable))
"""The kinds that have attempts; all others are done once, and no engine is asked how often."""

UNSTARTED = ("skipped", "cancelled")
"""States that a task may have without ever having started."""

Place: TypeAlias = tuple[int, ...]
Word: TypeAlias = str | int
PerInstance: TypeAlias = "Word | tuple[PerInstance, ...]"
"""One word for all instances of a task, or one for each item, in lists that nest as the loops do."""

_NAME = re.compile(r"[a-z][a-z0-9_]*(\[[0-9,]+\])*(\.[a-z][a-z0-9_]*(\[[0-9,]+\])*)*")


def read_instances(where: str, value: JSON, read: Callable[[str, JSON], Word]) -> dict[str, PerInstance]:
    """What a case says by task (`label`) or by instance (`each[0].label`, `label[0]`). Raises CaseError."""

    def read_one(here: str, item: JSON) -> PerInstance:
        if isinstance(item, list):
            return tuple(read_one(f"{here}[{at}]", each) for at, each in enumerate(item))
        return read(here, item)

    found = shapes.read_mapping(where, value)
    for name in found:
        if not _NAME.fullmatch(name):
            raise CaseError(where, f"`{name}` names no task and no item of one")
    return {name: read_one(f"{where}.{name}", item) for name, item in found.items()}


def comparable_tasks(plan: Plan, untold_kinds: Collection[str] = ()) -> dict[str, int]:
    """The tasks that a run of the plan is held to, with the number of loops round each; without those of the kinds that
    an engine shows nothing of."""
    return {task.id: len(task.loops) for task in plan.walk() if not task.is_generated and task.kind not in untold_kinds}


def instance_of(at: str) -> tuple[str, Place]:
    """The id of a task and its place in all loops round it: `a[1].b[0].c` and `c[1,0]` are one instance."""
    place = tuple(int(digits) for group in re.findall(r"\[([0-9,]+)\]", at) for digits in group.split(","))
    return re.sub(r"\[[0-9,]*\]", "", at).rpartition(".")[2], place


def state_differences(
    wanted: Mapping[str, PerInstance],
    got: Mapping[str, str],
    tasks: Mapping[str, int] | None,
    *,
    records_unstarted: bool,
) -> list[str]:
    """What differs, a line each. `got` is by `at`; `tasks` are all that are compared, with the number of loops round
    each (None: those that `wanted` names). Without `records_unstarted` what is not in `got` has never started."""
    absent = () if records_unstarted else UNSTARTED
    found = _by_task(got)
    depths = tasks if tasks is not None else _depths(wanted, {})
    lines = []
    for task, depth in depths.items():
        lines += _differences("tasks", task, depth, {"": "succeeded", **wanted}, found.get(task, {}), absent)
    return lines


def attempt_differences(
    wanted: Mapping[str, PerInstance], got: Mapping[str, int], states: Mapping[str, str]
) -> list[str]:
    """What differs, a line each. `got` counts the attempts by `at`, of all tasks that are compared; of those that ended
    neither well nor badly there is nothing to count. `states` is the `got` of the states."""
    counted = {at: count for at, count in got.items() if states.get(at) in ("succeeded", "failed")}
    found = _by_task(counted)
    lines = []
    for task, depth in _depths(wanted, found).items():
        lines += _differences("attempts", task, depth, {"": 1, **wanted}, found.get(task, {}), ())
    return lines


def _depths(wanted: Mapping[str, PerInstance], found: Mapping[str, Mapping[Place, Word]]) -> dict[str, int]:
    """The tasks that are named or found, with the number of loops that seem to be round them."""
    depths = {task: max(map(len, places)) for task, places in found.items()}
    for name, value in wanted.items():
        task, place = instance_of(name)
        nested = max((len(leaf) for leaf, _ in _leaves(value)), default=1)
        depths[task] = max(depths.get(task, 0), len(place), nested)
    return depths


def _by_task(got: Mapping[str, Word]) -> dict[str, dict[Place, Word]]:
    found: dict[str, dict[Place, Word]] = {}
    for at, word in got.items():
        task, place = instance_of(at)
        found.setdefault(task, {})[place] = word
    return found


def _differences(
    what: str,
    task: str,
    depth: int,
    wanted: Mapping[str, PerInstance],
    found: Mapping[Place, Word],
    absent: Collection[Word],
) -> list[str]:
    """`wanted[""]` holds for a task that is not named; `absent` are the words that what is not found may stand for."""
    named = {place: word for name, word in wanted.items() for id, place in [instance_of(name)] if id == task and place}
    for_all = wanted.get(task, wanted.get("", ()))
    expected = {place: word for place, word in _leaves(for_all) if len(place) == depth} | named
    lines = []
    if task in wanted and not expected and not found and isinstance(for_all, Word) and for_all not in absent:
        lines.append(f"{what}.{task}: expected {for_all}, got nothing")
    for place in sorted({*expected, *found}):
        word = expected[place] if place in expected else _at(for_all, place)
        got = found.get(place)
        if got != word and not (got is None and word in absent):
            label = task + "".join(f"[{index}]" for index in place)
            lines.append(f"{what}.{label}: expected {word or 'nothing'}, got {got or 'nothing'}")
    return lines


def _leaves(value: PerInstance, place: Place = ()) -> Iterator[tuple[Place, PerInstance]]:
    if not isinstance(value, tuple):
        yield place, value
        return
    for at, each in enumerate(value):
        yield from _leaves(each, (*place, at))


def _at(value: PerInstance, place: Place) -> PerInstance | None:
    """What is said of a place; None where there is to be no instance."""
    for index in place:
        if not isinstance(value, tuple):
            break
        if index >= len(value):
            return None
        value = value[index]
    return None if isinstance(value, tuple) else value
