"""`stop` as a branch: what comes after it runs only when it does not stop (language.md 5).

A `stop` with the tasks that come after it becomes one branch: its case, the stop's own `when`, holds the stop; its
`else` holds the rest. So a backend knows nothing of `stop` but that it logs its message and succeeds, and the states
are right by themselves: what comes after is skipped, what runs is let finish, the run succeeds.
"""

from __future__ import annotations

from dataclasses import replace

from overture.expressions.tree import Literal
from overture.expressions.types import BOOLEAN
from overture.plan.model import Block, Task
from overture.plan.shapes import shape_of


def without_stops(block: Block) -> Block:
    """The block with each stop turned into a branch. The names of generated tasks never clash with the document's."""
    taken = {task.id for task in block.walk()}
    return _without(block, taken)


def _without(block: Block, taken: set[str]) -> Block:
    stop = next((task for task in block.tasks if task.kind == "stop"), None)
    if stop is None:
        return block
    after = _followers(block, stop)
    rest = [task for task in block.tasks if task.id in after]
    inside = {task.id for task in rest}
    kept = [task for task in block.tasks if task.id not in inside and task is not stop]
    outside_needs = {need for task in (stop, *rest) for need in task.needs} - inside - {stop.id}
    condition = stop.when or Literal(True, type=BOOLEAN)
    bare = replace(stop, when=None, needs=())
    blocks = {"0": Block((bare,), "single")}
    if rest:
        inner = tuple(replace(task, needs=tuple(need for need in task.needs if need in inside)) for task in rest)
        blocks["else"] = _without(Block(inner, shape_of(inner)), taken)
    needed = _last(outside_needs, kept)
    branch = Task(
        id=_free(f"{stop.id}_or_rest", taken),
        kind="branch",
        pointer=stop.pointer,
        needs=tuple(need.id for need in kept if need.id in needed),
        fields={"0": condition},
        blocks=blocks,
        stands_for=stop.id,
    )
    tasks = (*kept, branch)
    # a stop beside this one is still there, and what comes after this one may come after both
    return _without(Block(tasks, shape_of(tasks)), taken)


def _followers(block: Block, stop: Task) -> set[str]:
    """The tasks that come after a stop: those that need it, directly or not."""
    found = {stop.id}
    for task in block.tasks:
        if found.intersection(task.needs):
            found.add(task.id)
    return found - {stop.id}


def _last(needs: set[str], kept: list[Task]) -> set[str]:
    """Of these needs, those that no other of them implies."""
    if len(needs) < 2:
        return needs
    by_id = {task.id: task for task in kept}
    implied: set[str] = set()
    todo = [above for need in needs for above in by_id[need].needs]
    while todo:
        above = todo.pop()
        if above not in implied:
            implied.add(above)
            todo += by_id[above].needs
    return needs - implied


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free)
    return free
