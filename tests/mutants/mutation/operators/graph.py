"""Tasks moved to where they do not belong, and orders that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from mutation.document import (
    Document,
    Read,
    Task,
    at,
    copied,
    holders_of_like,
    is_within,
    put,
    reads_of,
    task_named,
    tasks,
)
from mutation.operator import Mutant, operator


def _place_of(changed: Document, data: Document, holder: str) -> str:
    """Where the part that a holder points to stands after a move."""
    task = next((each for each in tasks(data) if each.pointer == holder), None)
    return holder if task is None else task_named(changed, task.id).pointer


def _wrapped(data: Document, task: Task, wrapper: dict[str, Any], inner: str) -> Document:
    """A copy in which a task stands within another; who needed it needs that one."""
    changed = copied(data)
    block = at(changed, task.block)
    held = block[task.index]
    needs = held.pop("needs", None)
    around = {"id": "wrapper", **wrapper}
    if needs is not None:
        around["needs"] = needs
    if inner == "cases":
        around["cases"] = [{"when": "run.trigger == 'manual'", "tasks": [held]}]
    else:
        around[inner] = [held]
    block[task.index] = around
    for other in block:
        if task.id in (other.get("needs") or ()):
            other["needs"] = ["wrapper" if need == task.id else need for need in other["needs"]]
    return changed


def _moved_within(data: Document, wrapper: dict[str, Any], inner: str) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "stop":
            continue
        for read in reads_of(data, task.id):
            changed = _wrapped(data, task, wrapper, inner)
            places = tuple(_place_of(changed, data, holder) for holder in holders_of_like(data, read, 2))
            yield Mutant(changed, places, facts=(read, 2))


@operator("may-be-missing")
def move_a_task_that_is_read_into_a_branch(data: Document, rng: Random) -> Iterator[Mutant]:
    yield from _moved_within(data, {"kind": "branch"}, "cases")


@operator("read-before-exists")
def move_a_task_that_is_read_into_a_loop(data: Document, rng: Random) -> Iterator[Mutant]:
    yield from _moved_within(data, {"kind": "foreach", "items": [1, 2], "as": "turn"}, "tasks")


@operator("may-be-missing")
def move_a_task_that_is_read_into_a_try(data: Document, rng: Random) -> Iterator[Mutant]:
    yield from _moved_within(data, {"kind": "try"}, "tasks")


def _above(data: Document, read: Read, task: Task) -> Task | None:
    """The task of the same block that reads another, or holds what reads it."""
    same = [each for each in tasks(data) if each.block == task.block]
    return next((each for each in same if is_within(read.expression.holder, each.pointer)), None)


@operator("read-before-exists", "cycle")
def move_a_task_behind_what_reads_it(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        for read in reads_of(data, task.id):
            reader = _above(data, read, task)
            if reader is None or reader.index < task.index:
                continue
            changed = copied(data)
            block = at(changed, task.block)
            block.insert(reader.index, block.pop(task.index))
            places = (_place_of(changed, data, read.expression.holder), task_named(changed, task.id).pointer)
            yield Mutant(changed, places, facts=(read, task, reader))


@operator("cycle")
def let_the_first_need_the_last(data: Document, rng: Random) -> Iterator[Mutant]:
    blocks: dict[str, list[Task]] = {}
    for task in tasks(data):
        blocks.setdefault(task.block, []).append(task)
    for block in blocks.values():
        for first, last in ((a, b) for a in block for b in block[a.index + 1 :]):
            if all("needs" not in each.data for each in block[first.index + 1 : last.index + 1]):
                changed = put(data, f"{first.pointer}/needs", [last.id])
                yield Mutant(changed, tuple(each.pointer for each in block[first.index : last.index + 1]))


@operator("cycle")
def let_a_task_need_itself(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        yield Mutant(put(data, f"{task.pointer}/needs", [task.id]), (task.pointer,))


@operator("cycle", "read-before-exists")
def let_a_task_need_what_reads_it(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        for read in reads_of(data, task.id):
            reader = _above(data, read, task)
            if reader is not None and reader.index > task.index:
                changed = put(data, f"{task.pointer}/needs", [reader.id])
                between = [each.pointer for each in tasks(data) if each.block == task.block]
                yield Mutant(changed, tuple(between[task.index : reader.index + 1]))


@operator("cycle", "read-before-exists")
def read_what_comes_later(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.index + 1 < len(at(data, task.block)) and task.kind == "log":
            later = at(data, task.block)[task.index + 1]["id"]
            changed = put(data, f"{task.pointer}/message", f"{{{{ tasks.{later}.state }}}}")
            yield Mutant(changed, (task.pointer,))


@operator("unreachable-task")
def put_a_task_after_a_failure(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if "needs" not in task.data and task.index > 0:
            changed = copied(data)
            at(changed, task.block).insert(task.index, {"id": "gives_up", "kind": "fail", "message": "No."})
            yield Mutant(changed, (f"{task.block}/{task.index}", f"{task.block}/{task.index + 1}"))


@operator("misplaced-stop")
def stop_in_a_block(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.block != "/tasks" and task.index == 0:
            changed = copied(data)
            at(changed, task.block).insert(0, {"id": "ends_here", "kind": "stop", "when": "run.trigger == 'manual'"})
            yield Mutant(changed, (f"{task.block}/0",))


@operator("wrong-value", "missing-key", "wrong-type")
def empty_a_block(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.index == 0 and not task.block.startswith(("/on_failure", "/finally")):
            yield Mutant(put(data, task.block, []), (task.block.rpartition("/")[0],))


@operator("follows-one", "read-before-exists", "cycle", "may-be-missing")
def drop_the_needs_of_what_joins_a_group(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        needs = task.data.get("needs") or ()
        written = {each.id: str(each.data.get("needs")) for each in tasks(data) if each.id in needs}
        group = [need for need in needs if list(written.values()).count(written[need]) > 1]  # begin side by side
        if len(group) > 1:
            changed = copied(data)
            del at(changed, task.pointer)["needs"]
            yield Mutant(changed, (task.pointer,), facts=(task, data, group))


@operator("constant-condition", "unreachable-task", "never-equal", "endless-repeat")
def make_a_condition_constant(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        conditions = [f"{task.pointer}/{key}" for key in ("when", "where", "until") if key in task.data]
        conditions += [f"{task.pointer}/cases/{number}/when" for number in range(len(task.data.get("cases", ())))]
        for pointer in conditions:
            if task.kind == "wait":
                continue
            constant = rng.choice(["true", "false", "1 == 1", "'a' == 'b'", "2 > 3"])
            yield Mutant(put(data, pointer, constant), (task.pointer,))


@operator("covered-case")
def repeat_a_case(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        for case in task.data.get("cases", ()):
            again = {"when": case["when"], "tasks": [{"id": "never_done", "kind": "log", "message": "never"}]}
            yield Mutant(put(data, f"{task.pointer}/cases", [*task.data["cases"], again]), (task.pointer,))
