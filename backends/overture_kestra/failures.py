"""What a failure means in Kestra: which task it was, with which error, and that what runs beside it is let finish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from overture.expressions.tree import references
from overture.plan.model import Block, Plan
from overture_kestra import model
from overture_kestra.model import Task, Value
from overture_kestra.pebble import pebble_string
from overture_kestra.place import CORE, RETURN, SHELL, Failing, Lowering

_GUARDS = (f"{CORE}.flow.AllowFailure",)
_OWN = (f"{CORE}.flow.Loop", f"{CORE}.flow.Subflow")
_UNTIL = f"{CORE}.flow.LoopUntil"
_DAG = f"{CORE}.flow.Dag"


def leaves(task: Task, *, is_outermost: bool = True) -> Iterator[Task]:
    """The tasks inside whose failure fails this one: not what stands in an AllowFailure, which only warns; a Loop
    and a Subflow run their tasks elsewhere and fail themselves, a LoopUntil may fail after all of its tasks."""
    if task.type in _GUARDS and not is_outermost:
        return
    children = [] if task.type in _OWN else list(_children(task))
    for child in children:
        yield from leaves(child, is_outermost=False)
    if not children or task.type == _UNTIL:
        yield task


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


def failing(lowering: Lowering, tasks: Iterable[Task]) -> Iterator[Failing]:
    """Each task that can fail these, in their order, with what is known of its error."""
    for task in tasks:
        for leaf in leaves(task):
            catch = lowering.catches.get(leaf.id)
            if catch is not None:
                yield from failing(lowering, [catch])
            elif not _is_harmless(lowering, leaf):
                known = lowering.failing.get(leaf.id)
                yield _as_told(leaf, known or Failing(leaf.id, lowering.owners.get(leaf.id, leaf.id)))


def _is_harmless(lowering: Lowering, task: Task) -> bool:
    """Whether nothing in a task can fail: it reads nothing that may be missing."""
    if task.id in lowering.harmless:
        return True
    is_simple = task.type in (RETURN, f"{CORE}.log.Log", f"{CORE}.flow.Sleep", f"{CORE}.flow.Pause")
    if not is_simple or task.run_if is not None or "behavior" in task.properties:
        return False
    return not any(isinstance(value, str) and "{{" in value for value in task.properties.values())


def _as_told(task: Task, known: Failing) -> Failing:
    """Only a script tells its error itself; of Kestra's own tasks only a value can be unreadable."""
    if task.type == SHELL:
        return known
    kept = tuple((name, value) for name, value in known.known if not value.endswith(".vars.error ?? null"))
    return replace(known, known=kept or (("type", "'expression'"), ("message", "'a value could not be read'")))


def first_error(lowering: Lowering, found: Sequence[Failing], *, with_task: bool) -> str:
    """An expression for the JSON text of the error of the first of these tasks that failed, null when none did."""
    lowering.scripts.add("first_error")
    entries = [_entry(each, with_task) for each in found]
    if len(entries) == 1:
        return f"[{entries[0]}] | jq(vars.first_error) | first"
    return "[\n  " + ",\n  ".join(entries) + "\n] | jq(vars.first_error) | first"


def _entry(each: Failing, with_task: bool) -> str:
    parts = [f"'task': {pebble_string(each.task)}"] if with_task else []
    parts.append(f"'state': tasks.{each.id}.state ?? ''")
    known = dict(each.known) or {"error": f"outputs.{each.id}.vars.error ?? null"}
    return "{" + ", ".join([*parts, *(f"'{name}': {value}" for name, value in known.items())]) + "}"


def reads_error(plan: Plan) -> bool:
    """Whether a handler reads `run.error`."""
    handlers = [block for block in (plan.on_failure, plan.finally_) if block is not None]
    trees = [tree for block in handlers for task in block.walk() for tree in (*task.fields.values(), task.when)]
    return any(
        ref.root == "run" and ref.name == "error" for tree in trees if tree is not None for ref in references(tree)
    )


def telling(plan: Plan, *, is_told: bool) -> frozenset[str]:
    """The tasks that Kestra runs elsewhere (the items of a loop, a called workflow, a flow of a task's own) and whose
    errors have to be handed on: something reads what went wrong in them. `is_told`: the run's error is read."""
    found: set[str] = set()
    for block in (plan.body, plan.on_failure, plan.finally_):
        if block is not None:
            found |= set(_telling(block, is_told and block is plan.body))
    return frozenset(found)


def _telling(block: Block, is_told: bool) -> Iterator[str]:
    for task in block.tasks:
        reads = "error" in task.reads
        here = reads if task.continues_on_error else is_told or reads
        here = here or (task.kind == "foreach" and "failed" in task.reads)
        if here:
            yield task.id
        for slot, inner in task.blocks.items():
            # what a try caught is its own matter
            yield from _telling(inner, reads if (task.kind, slot) == ("try", "tasks") else here)


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
    return [Task(lowering.name(id), _UNTIL, wait, comment=comment)]


def _dags(tasks: Sequence[Task]) -> Iterator[Task]:
    for task in tasks:
        if task.type == _DAG:
            yield task
        elif task.type not in (*_OWN, *_GUARDS):
            yield from _dags(list(_children(task)))
