"""Blocks of tasks: their order, what guards a task, and the kinds that hold tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from overture.expressions.tree import Expr
from overture.plan.model import Block, Plan, Task
from overture_kestra import model
from overture_kestra.carriers import Plain, Text
from overture_kestra.failures import barrier, failing, first_error
from overture_kestra.inexact import Inexact
from overture_kestra.loops import lower_foreach
from overture_kestra.model import Value
from overture_kestra.outlines import outlined
from overture_kestra.pebble import pebble_string, unbracketed
from overture_kestra.place import CORE, SEQUENTIAL, Failing, Place, Refused
from overture_kestra.subflows import lower_call
from overture_kestra.tasks import TASKS
from overture_kestra.tasks.simple import nothing
from overture_kestra.timing import SELF_TIMED, SHORT_SECONDS, iso_duration
from overture_kestra.values import Program, compute


def lower_block(block: Block, place: Place) -> list[model.Task]:
    """The tasks of a block in their order: a plain list where each follows the one before, else a Dag."""
    if block.shape in ("single", "chain"):
        return [each for task in block.tasks for each in lower_task(task, place)]
    beside = replace(place, is_sequential=False)
    nodes: list[Value] = []
    ends: dict[str, str] = {}
    for task in block.tasks:
        lowered = lower_task(task, beside)
        node = lowered[0] if len(lowered) == 1 else _sequence(place, f"{task.id}_steps", lowered)
        ends[task.id] = node.id
        entry: dict[str, Value] = {"task": node}
        if task.needs:
            entry["dependsOn"] = [ends[need] for need in task.needs]
        nodes.append(entry)
    id = place.lowering.name(f"{block.tasks[0].id}_and_others")
    return [model.Task(id, f"{CORE}.flow.Dag", {"tasks": nodes})]


def _sequence(place: Place, id: str, tasks: Sequence[model.Task], **more: Value) -> model.Task:
    return model.Task(place.lowering.name(id), SEQUENTIAL, {**more, "tasks": list(tasks)})


def lower_task(task: Task, place: Place) -> list[model.Task]:
    """A task with all that stands round it: its condition, its attempts, what its failure means."""
    lowering = place.lowering
    lowering.tasks[task.id] = task
    lowering.chains[task.id] = place.chain
    row = _ROWS.get(task.kind)
    if row is None:
        raise_refused(task, f"a task of the kind `{task.kind}`", _INSTEAD.get(task.kind))
        return []
    if task.is_at_most_once:
        lowering.warn(task.pointer, f"when its worker is lost, Kestra runs `{task.id}` again")
    condition, before = _condition(task, place)
    why = _why_apart(task, place)
    try:
        lowered = row(task, place) if why is None else outlined(task, place, lower_task, why=why)
    except Refused as refused:
        if refused.pointer is None:
            refused.pointer = task.pointer
        raise
    except Inexact as inexact:
        raise Refused(f"`{task.id}` needs {inexact.args[0]}", None, task.pointer) from None
    lowered = _guarded(task, place, [_settled(task, each) for each in lowered], condition)
    for each in [*before, *(one for top in lowered for one in top.walk())]:
        lowering.owners.setdefault(each.id, task.id)
    _tell(task, place, [*before, *lowered])
    lowered = [*before, *lowered]
    return [_continuing(task, place, lowered)] if task.continues_on_error else lowered


def raise_refused(task: Task, what: str, help: str | None = None) -> None:
    raise Refused(f"{what} is not exported to Kestra", help, task.pointer)


def _why_apart(task: Task, place: Place) -> str | None:
    """Why a task needs a flow of its own, None where it does not."""
    if task.timeout_seconds is not None and (task.kind == "call" or task.blocks):
        if _has_loop(task, place.lowering.plan.callees):
            raise_refused(
                task,
                "a timeout of a `foreach` with tasks, or of what such a loop stands in,",
                "give the tasks inside timeouts of their own: Kestra would not end an item that runs",
            )
        return "Kestra limits only a whole flow in time"
    if task.kind == "approve" and place.loops:
        return "a Pause among the tasks of a Loop would wait for ever"
    if task.kind in ("approve", "repeat") and not place.is_sequential:
        return "while it waits, Kestra would start nothing beside it"
    return None


def _has_loop(task: Task, callees: Mapping[str, Plan]) -> bool:
    """Whether a loop with tasks runs in a task, or in what it calls."""
    callee = callees.get(str(task.literals.get("workflow"))) if task.kind == "call" else None
    inner = callee.walk() if callee is not None else (each for block in task.blocks.values() for each in block.walk())
    is_loop = task.kind == "foreach" and bool(task.blocks)
    return is_loop or any(_has_loop(each, callees) for each in inner)


_INSTEAD = {
    "action": "write it as an `http` task",
}


def _settled(task: Task, step: model.Task) -> model.Task:
    """A step with the description, the attempts and the timeout of its task, where they are about it: it has the
    task's id, or does its work before (an `http` with `save`)."""
    if step.id == task.id:
        return _attempts(task, replace(step, description=step.description or task.description))
    return _attempts(task, step) if task.kind == "http" and step.id.startswith(f"{task.id}_answer") else step


def _attempts(task: Task, lowered: model.Task) -> model.Task:
    if task.timeout_seconds is not None and not task.blocks and task.kind not in ("approve", "call"):
        # what is short is held by the script itself, without the time that Python takes to start
        spare = 10 if task.kind in SELF_TIMED and task.timeout_seconds < SHORT_SECONDS else 0
        lowered = replace(lowered, timeout=iso_duration(task.timeout_seconds + spare))
    if task.retry.attempts < 2:
        return lowered
    retry = task.retry
    entries: dict[str, Value] = {"type": retry.backoff, "interval": iso_duration(retry.delay_seconds)}
    if retry.backoff == "exponential":
        # Kestra wants a longest interval that is longer than the first
        longest = retry.max_delay_seconds if retry.max_delay_seconds is not None else 86_400.0
        if longest <= retry.delay_seconds:
            entries = {"type": "constant", "interval": iso_duration(longest)}
        else:
            entries |= {"maxInterval": iso_duration(longest), "delayFactor": 2.0}
    return replace(lowered, retry={**entries, "maxAttempts": retry.attempts})


def _condition(task: Task, place: Place) -> tuple[str | None, list[model.Task]]:
    """`runIf` for a task with `when`, and the step that computes it where Pebble cannot."""
    if task.when is None:
        return None, []
    step = f"{task.id}_when"
    source, before = condition(place, step, task.when)
    if before:
        place.lowering.before[task.id] = before[0].id
    return f"{{{{ {source} }}}}", before


def condition(place: Place, id: str, tree: Expr) -> tuple[str, list[model.Task]]:
    """A Pebble condition, and the step that computes it where Pebble cannot."""
    try:
        return unbracketed(place.pebble.condition(tree)), []
    except Inexact:

        def build(program: Program) -> dict[str, Plain | Text]:
            program.entries["holds"] = program.source(tree, is_condition=True)
            program.plain.append("holds")
            return {}

        computed = compute(place, place.lowering.name(id), build)  # type: ignore[arg-type]
        return f"outputs.{computed.task.id}.vars.holds", [computed.task]


def _guarded(task: Task, place: Place, lowered: list[model.Task], run_if: str | None) -> list[model.Task]:
    if run_if is None:
        return lowered
    if len(lowered) == 1:
        return [replace(lowered[0], run_if=run_if)]
    return [replace(_sequence(place, f"{task.id}_steps", lowered), run_if=run_if)]


def _continuing(task: Task, place: Place, lowered: list[model.Task]) -> model.Task:
    """A failure ends as a warning, and the Sequential round it makes a success of the warning."""
    name = place.lowering.name
    allowed = model.Task(name(f"{task.id}_allowed"), f"{CORE}.flow.AllowFailure", {"tasks": lowered})
    outer = model.Task(name(f"{task.id}_or_not"), SEQUENTIAL, {"allowWarning": True, "tasks": [allowed]})
    return replace(outer, comment="a failure does not fail the run; the Sequential turns the warning into a success")


def _tell(task: Task, place: Place, lowered: list[model.Task]) -> None:
    """Keep what is known of the errors of a task: that of its script, or that it took too long."""
    lowering = place.lowering
    if task.kind not in _HOLDING:
        kind = "timeout" if task.timeout_seconds is not None else "expression"
        words = "it took too long" if kind == "timeout" else "a value could not be read"
        known = (("error", f"outputs.{task.id}.vars.error ?? null"), ("type", f"'{kind}'"), ("message", f"'{words}'"))
        lowering.failing.setdefault(task.id, Failing(task.id, task.id, known))
    if "error" in task.reads and task.kind != "try":
        found = list(failing(lowering, lowered))
        lowering.errors[task.id] = first_error(lowering, found, with_task=False)


_HOLDING = frozenset(("branch", "foreach", "repeat", "try"))


# ---- the kinds that hold tasks


def lower_branch(task: Task, place: Place) -> list[model.Task]:
    """One case is an If, several are a Switch over the number of the first that is true."""
    cases = [name for name in task.blocks if name != "else"]
    lowering = place.lowering
    taken = task.id
    if len(cases) == 1:
        source, before = condition(place, f"{task.id}_case", task.fields["0"])
        lowering.results[task.id, "taken"] = Plain(f"(outputs.{task.id}.evaluationResult ? '0' : 'else')")
        properties: dict[str, Value] = {"condition": f"{{{{ {source} }}}}", "then": _case(task, "0", place)}
        if "else" in task.blocks:
            properties["else"] = _case(task, "else", place)
        made = model.Task(task.id, f"{CORE}.flow.If", properties)
    else:
        source, before = _first_case(task, place, cases)
        lowering.results[task.id, "taken"] = Plain(f"outputs.{taken}.value")
        # a Switch fails without a default, and hangs with an empty case
        other = _case(task, "else", place) if "else" in task.blocks else [nothing(lowering.name(f"{task.id}_else"))]
        properties = {
            "value": f"{{{{ {source} }}}}",
            "cases": {name: _case(task, name, place) for name in cases},
            "defaults": other,
        }
        made = model.Task(task.id, f"{CORE}.flow.Switch", properties)
    if before:
        lowering.before[task.id] = before[0].id
    return [*before, made]


def _case(task: Task, name: str, place: Place) -> list[model.Task]:
    return lower_block(task.blocks[name], place.inside(task, name))


def _first_case(task: Task, place: Place, cases: list[str]) -> tuple[str, list[model.Task]]:
    try:
        conditions = [place.pebble.condition(task.fields[name]) for name in cases]
    except Inexact:

        def build(program: Program) -> dict[str, Plain | Text]:
            chosen = "".join(
                f'"{name}" if {program.source(task.fields[name], is_condition=True)} else ' for name in cases
            )
            program.entries["case"] = f'{chosen}"else"'
            program.plain.append("case")
            return {}

        computed = compute(place, place.lowering.name(f"{task.id}_case"), build)  # type: ignore[arg-type]
        return f"outputs.{computed.task.id}.vars.case", [computed.task]
    chosen = "'else'"
    for name, each in reversed(list(zip(cases, conditions, strict=True))):
        chosen = f"({each} ? '{name}' : {chosen})"
    return unbracketed(chosen), []


def lower_repeat(task: Task, place: Place) -> list[model.Task]:
    """The rounds, then a check: in its last round Kestra's LoopUntil fails, whatever its condition says then."""
    lowering = place.lowering
    attempts = int(task.literals["attempts"])
    rounds = lowering.name(f"{task.id}_rounds") if attempts > 1 else ""
    lowering.results[task.id, "iterations"] = Plain(f"outputs.{rounds}.iterationCount" if rounds else "1")
    inner = place.inside(task, "tasks")
    tasks = lower_block(task.blocks["tasks"], inner)
    source, before = condition(inner, f"{task.id}_until", task.fields["until"])
    tasks = [*tasks, *before]
    if rounds:
        # Kestra runs one round more than it is told
        frequency: dict[str, Value] = {
            "interval": iso_duration(float(task.literals.get("every", 1.0))),
            "maxIterations": attempts - 1,
        }
        properties: dict[str, Value] = {
            "condition": f"{{{{ {source} }}}}",
            "failOnMaxReached": False,
            "checkFrequency": model.Note(
                f"{attempts} rounds: Kestra runs one more than maxIterations",
                frequency,
            ),
            "tasks": tasks,
        }
        tasks = [model.Task(rounds, f"{CORE}.flow.LoopUntil", properties)]
    used_up = model.Task(
        lowering.name(f"{task.id}_used_up"),
        f"{CORE}.execution.Fail",
        {"condition": f"{{{{ not ({source}) }}}}", "errorMessage": _used_up(task, attempts)},
    )
    lowering.failing[used_up.id] = _used_up_failing(task, used_up.id, attempts)
    return [model.Task(task.id, SEQUENTIAL, {"tasks": [*tasks, used_up]})]


def _used_up(task: Task, attempts: int) -> str:
    return f"`{task.id}` was not done after {attempts} rounds"


def _used_up_failing(task: Task, id: str, attempts: int) -> Failing:
    return Failing(id, task.id, (("type", "'error'"), ("message", pebble_string(_used_up(task, attempts)))))


def lower_try(task: Task, place: Place) -> list[model.Task]:
    """AllowFailure with what catches as its errors; a Sequential turns its warning into a success."""
    lowering = place.lowering
    name = lowering.name
    guarded, caught, again = name(f"{task.id}_try"), name(f"{task.id}_catch"), name(f"{task.id}_fails")
    tasks = lower_block(task.blocks["tasks"], place.inside(task, "tasks"))
    properties: dict[str, Value] = {"tasks": tasks}
    errors = barrier(lowering, tasks, f"{task.id}_wait_for_others")
    inner = model.Task(guarded, f"{CORE}.flow.AllowFailure", properties)
    lowering.results[task.id, "failed"] = Plain(f"((tasks.{guarded}.state ?? '') == 'WARNING')")
    if "error" in task.reads:
        # what was caught is told, whether or not the try failed in the end
        lowering.errors[task.id] = first_error(lowering, list(failing(lowering, [inner])), with_task=False)
    parts: list[Value] = []
    if "catch" in task.blocks:
        catching = model.Task(caught, SEQUENTIAL, {"tasks": _case(task, "catch", place)})
        errors = [*errors, catching]
        fails = model.Task(
            again,
            f"{CORE}.execution.Fail",
            {"errorMessage": f"what catches the failure of {task.id} failed too"},
            run_if=f"{{{{ (tasks.{caught}.state ?? '') == 'FAILED' }}}}",
            comment="a failure in `errors` does not fail what it guards",
        )
        parts = [fails]
        lowering.catches[again] = catching
    if errors:
        properties["errors"] = errors
    outer = model.Task(task.id, SEQUENTIAL, {"allowWarning": True, "tasks": [inner, *parts]})
    return [outer]


_ROWS: Mapping[str, Callable[[Task, Place], list[model.Task]]] = {
    **TASKS,
    "branch": lower_branch,
    "repeat": lower_repeat,
    "try": lower_try,
    "call": lower_call,
    "foreach": lambda task, place: lower_foreach(task, place, lower_block),
}
"""What is exported; a kind without a row is refused by name."""
