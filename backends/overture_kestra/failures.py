"""What a failure means in Kestra: which task it was, and that what runs beside it is let finish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overture_kestra import model
from overture_kestra.model import Task, Value
from overture_kestra.place import CORE, RETURN, Lowering, Place

_GUARDS = (f"{CORE}.flow.AllowFailure",)
_OWN = (f"{CORE}.flow.Loop", f"{CORE}.flow.Subflow")
_DAG = f"{CORE}.flow.Dag"


def leaves(task: Task, *, is_outermost: bool = True) -> Iterator[Task]:
    """The tasks inside whose failure fails this one: not what stands in an AllowFailure, which only warns; a Loop
    and a Subflow run their tasks elsewhere and fail themselves."""
    if task.type in _GUARDS and not is_outermost:
        return
    children = [] if task.type in _OWN else list(_children(task))
    if not children:
        yield task
    for child in children:
        yield from leaves(child, is_outermost=False)


def _children(task: Task) -> Iterator[Task]:
    for key, value in task.properties.items():
        if key not in ("errors", "finally"):
            yield from _direct(value)


def _direct(value: Value) -> Iterator[Task]:
    if isinstance(value, Task):
        yield value
    elif isinstance(value, model.Note):
        yield from _direct(value.value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _direct(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _direct(each)


def failure_expression(lowering: Lowering, task: Task, place: Place, otherwise: str | None = None) -> str:
    """An expression that gives the JSON text of the error that failed a block, null when none did: the first of its
    tasks, in their order, that failed. `otherwise`: its own error, when it failed and none of its tasks did."""
    found = "'null'"
    if otherwise is not None:
        found = f"({place.state(task.id)} == 'FAILED' ? {otherwise} : 'null')"
    for id, error in reversed(list(failures(lowering, [task]))):
        found = f"((tasks.{id}.state ?? '') == 'FAILED' ? ({error}) : {found})"
    return found


def failures(lowering: Lowering, tasks: Sequence[Task]) -> Iterator[tuple[str, str]]:
    """Each task that can fail these, with an expression for the JSON text of its error."""
    for task in tasks:
        for leaf in leaves(task):
            catch = lowering.covers.get(leaf.id)
            if catch is not None:
                inside = next((each for each in lowering.catches if each.id == catch), None)
                if inside is not None:
                    yield from failures(lowering, [inside])
                    continue
            yield leaf.id, lowering.errors.get(leaf.id) or _plain_error(leaf.id)


def _plain_error(id: str) -> str:
    return f'outputs.{id}.vars.error ?? \'{{"type":"expression","message":"a value could not be read"}}\''


def barrier(lowering: Lowering, tasks: Sequence[Task], id: str) -> list[Value]:
    """What waits, after a failure, for tasks that still run beside the one that failed: Kestra does not."""
    beside = [leaf.id for dag in _dags(tasks) for leaf in leaves(dag)]
    if not beside:
        return []
    states = ", ".join(f".{each}.state" for each in dict.fromkeys(beside))
    running = '"RUNNING", "RETRYING", "PAUSED", "CREATED"'
    program = f"[{states}] | any(. as $state | [{running}] | index($state) != null) | not"
    wait: dict[str, Value] = {
        "condition": f"{{{{ tasks | jq('{program}') | first }}}}",
        "checkFrequency": {"interval": "PT0.5S", "maxIterations": 1_000_000},
        "tasks": [Task(lowering.name(f"{id}_tick"), RETURN, {"format": ""})],
    }
    comment = "lets what runs beside the failed task finish first: Kestra would not wait"
    return [Task(lowering.name(id), f"{CORE}.flow.LoopUntil", wait, comment=comment)]


def _dags(tasks: Sequence[Task]) -> Iterator[Task]:
    for task in tasks:
        if task.type == _DAG:
            yield task
        elif task.type not in (*_OWN, *_GUARDS):
            yield from _dags(list(_children(task)))
