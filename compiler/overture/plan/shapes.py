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
    """In a topological order, the document's where that is one: rounds through the list, each taking what can be taken
    by then. Raises ValueError for a cycle."""
    places = {task.id: place for place, task in enumerate(tasks)}
    if all(places[need] < place for place, task in enumerate(tasks) for need in task.needs):
        return tasks
    waiting = {task.id: len(task.needs) for task in tasks}
    after: dict[str, list[str]] = {}
    for task in tasks:
        for need in task.needs:
            after.setdefault(need, []).append(task.id)
    rounds = {id: 0 for id, count in waiting.items() if count == 0}
    ready = list(rounds)
    for id in ready:
        for follower in after.get(id, ()):
            is_later = places[follower] > places[id]
            rounds[follower] = max(rounds.get(follower, 0), rounds[id] + (0 if is_later else 1))
            waiting[follower] -= 1
            if waiting[follower] == 0:
                ready.append(follower)
    if len(ready) < len(tasks):
        raise ValueError("tasks wait for one another")
    return tuple(sorted(tasks, key=lambda task: (rounds[task.id], places[task.id])))
