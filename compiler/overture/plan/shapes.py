"""How the tasks of a block hang together."""

from __future__ import annotations

from overture.plan.model import Shape, Task


def shape_of(tasks: tuple[Task, ...]) -> Shape:
    if len(tasks) == 1:
        return "single"
    if not any(task.needs for task in tasks):
        return "side by side"
    before = [(), *((task.id,) for task in tasks)]
    return "chain" if all(task.needs == need for task, need in zip(tasks, before, strict=False)) else "graph"


def ordered(tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    """In a topological order, the document's where that is one. Raises ValueError for a cycle."""
    done: set[str] = set()
    waiting = list(tasks)
    found: list[Task] = []
    while waiting:
        late: list[Task] = []
        for task in waiting:
            if done.issuperset(task.needs):
                found.append(task)
                done.add(task.id)
            else:
                late.append(task)
        if len(late) == len(waiting):
            raise ValueError("tasks wait for one another")
        waiting = late
    return tuple(found)
