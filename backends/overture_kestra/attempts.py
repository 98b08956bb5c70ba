"""Tasks with attempts: Kestra 2.0.0 runs one once too often when it was repeated and another stands before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from overture_kestra.model import Note, Script, Task, Value
from overture_kestra.place import SEQUENTIAL, Lowering

WHY = "alone in a Sequential: Kestra runs a repeated task once too often when another stands before it"


def apart(lowering: Lowering, tasks: Sequence[Task]) -> tuple[Task, ...]:
    """The tasks of a list, each with attempts that is not the first in a Sequential of its own; those inside too."""
    found: list[Task] = []
    for number, task in enumerate(tasks):
        settled = replace(task, properties={key: _inside(lowering, value) for key, value in task.properties.items()})
        if number and task.retry is not None:
            name = lowering.name(f"{task.id}_attempts")
            settled = Task(name, SEQUENTIAL, {"tasks": [settled]}, comment=WHY)
        found.append(settled)
    return tuple(found)


def _inside(lowering: Lowering, value: Value) -> Value:
    if isinstance(value, Task):
        return apart(lowering, [value])[0]
    if isinstance(value, Note):
        return Note(value.comment, _inside(lowering, value.value))
    if isinstance(value, (str, Script)):
        return value
    if isinstance(value, Mapping):
        return {key: _inside(lowering, each) for key, each in value.items()}
    if isinstance(value, Sequence):
        if value and all(isinstance(each, Task) for each in value):
            return list(apart(lowering, [each for each in value if isinstance(each, Task)]))
        return [_inside(lowering, each) for each in value]
    return value
