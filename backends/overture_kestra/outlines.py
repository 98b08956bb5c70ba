"""A task in a flow of its own: what Kestra can only limit in time, or only let wait, as a whole flow.

The inner flow gets what its tasks read from outside as inputs, and gives what is read of them outside as outputs, all
as JSON text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from overture.expressions.tree import Expr, Ref, references
from overture.plan.model import Task
from overture_kestra import carriers, model
from overture_kestra.attempts import apart
from overture_kestra.carriers import Carrier, Members, Plain, Text
from overture_kestra.failures import barrier, failing, first_error
from overture_kestra.inexact import Inexact
from overture_kestra.inputs import flow_input
from overture_kestra.loops import template
from overture_kestra.model import Flow, Value
from overture_kestra.place import CORE, Failing, Lowering, Place, Refused, input_type
from overture_kestra.render import plain
from overture_kestra.timing import iso_duration

ERROR = "error_of_the_run"
SUBFLOW = f"{CORE}.flow.Subflow"

LowerTask = Callable[[Task, Place], list[model.Task]]


def outlined(task: Task, place: Place, lower_task: LowerTask, *, why: str) -> list[model.Task]:
    """The Subflow that stands for a task; its flow is added to the lowering. `why` is said in a comment."""
    outer = place.lowering
    is_told = task.id in outer.telling or outer.tells
    inside = Lowering(outer.plan, outer.options, outer.gaps, telling=outer.telling, tells=is_told)
    inside.parts = outer.parts
    inside.taken |= {each.id for each in (task, *_inner(task))}
    id = outer.name(f"{outer.plan.name}_{task.id}")
    inputs, given = _taken_in(task, place, inside)
    seconds = None if task.kind == "approve" else task.timeout_seconds
    bare = replace(task, when=None, needs=(), continues_on_error=False, retry=type(task.retry)())
    bare = bare if seconds is None else replace(bare, timeout_seconds=None)
    tasks = lower_task(bare, Place(inside))
    waiting = barrier(inside, tasks, "wait_for_others")
    outputs = list(_handed_out(task, place, inside, id))
    if is_told:
        outputs.append(model.Output(ERROR, "STRING", str(plain(_error(inside, tasks, seconds))), is_required=False))
    limit = {"id": "timeout", "type": "MAX_DURATION", "behavior": "FAIL", "duration": iso_duration(seconds or 0)}
    flow = Flow(
        id=id,
        namespace=outer.namespace,
        description=f"`{task.id}` of the flow {outer.plan.name}.",
        inputs=tuple(inputs),
        sla=() if seconds is None else (limit,),
        tasks=apart(inside, tasks),
        errors=tuple(each for each in waiting if isinstance(each, model.Task)),
        outputs=tuple(outputs),
    )
    outer.outlined += [(inside, flow), *inside.outlined]
    known: tuple[tuple[str, str], ...] = (("error", f"outputs.{task.id}.outputs.{ERROR} ?? null"),)
    if seconds is not None:
        known += (("type", "'timeout'"), ("message", "'it took too long'"))
    outer.failing[task.id] = Failing(task.id, task.id, known)
    properties: dict[str, Value] = {"namespace": "{{ flow.namespace }}", "flowId": id}
    if given:
        properties["inputs"] = given
    properties |= {"wait": True, "transmitFailed": True}
    return [model.Task(task.id, SUBFLOW, properties, comment=f"a flow of its own: {why}")]


def _inner(task: Task) -> Iterator[Task]:
    for block in task.blocks.values():
        yield from block.walk()


def _trees(tasks: Iterable[Task]) -> Iterator[Expr]:
    for task in tasks:
        yield from task.fields.values()
        if task.when is not None:
            yield task.when


def _taken_in(task: Task, place: Place, inside: Lowering) -> tuple[list[model.Input], dict[str, Value]]:
    """The inputs of the inner flow, and what the Subflow gives for them: what the task and those in it read from
    outside."""
    own = {each.id for each in _inner(task)}
    variables = {str(each.literals["as"]) for each in (task, *_inner(task)) if each.kind == "foreach"}
    has_own_index = task.kind == "foreach"
    inputs: dict[str, model.Input] = {}
    given: dict[str, Value] = {}
    trees = [*task.fields.values(), *_trees(_inner(task))]
    for ref in (ref for tree in trees for ref in references(tree)):
        name = "_".join(part for part in (ref.root, ref.name, ref.field) if part is not None)
        if ref.root in ("secrets", "state") or name in inputs:
            continue
        if ref.root == "inputs":
            declared = next(each for each in inside.plan.inputs if each.name == ref.name)
            made = flow_input(declared)
            inputs[name] = replace(made, id=ref.name, default=None, has_default=False, is_required=False)
            given[ref.name] = _handed(place, ref, input_type(declared.type))
            continue
        if ref.root == "tasks" and (ref.name in own or ref.name == task.id):
            continue
        if ref.root == "item" and ref.name in variables:
            continue
        if ref.root == "loop" and (has_own_index or not place.loops):
            continue
        if ref.root == "run" and ref.name == "previous_success_at":
            continue
        carrier = _found(place, ref)
        if ref.type.is_only("string"):
            inputs[name] = model.Input(name, "STRING", is_required=False)
            given[name] = f"{{{{ {carriers.value_of(carrier)} ?? null }}}}"
            _known(inside, ref, Plain(f"inputs.{name}"))
            continue
        inputs[name] = model.Input(name, "STRING", is_required=False, description="JSON text")
        given[name] = f"{{{{ ({carriers.text_of(carrier)}) ?? null }}}}"
        _known(inside, ref, Text(f"inputs.{name}"))
    return list(inputs.values()), given


def _found(place: Place, ref: Ref) -> Plain | Text:
    try:
        carrier = place.find(ref)
    except Inexact as inexact:
        raise Refused(f"a flow of its own cannot be given {inexact.args[0]}") from None
    if isinstance(carrier, Members):
        raise Refused(f"`{ref.name}` cannot be handed to a flow of its own on Kestra", "keep what is read in a `set`")
    return carrier


def _handed(place: Place, ref: Ref, kind: str) -> str:
    carrier = place.find(ref)
    assert not isinstance(carrier, Members)
    if kind in ("STRING", "SELECT", "INT", "BOOL"):
        return f"{{{{ {carriers.value_of(carrier)} ?? null }}}}"
    return f"{{{{ {carriers.text_of(carrier)} }}}}"


def _known(inside: Lowering, ref: Ref, carrier: Carrier) -> None:
    """Where a name of the outside stands in the inner flow."""
    if ref.root == "tasks":
        inside.told[ref.name, ref.field or ""] = carrier
    else:
        inside.results[ref.root, ref.name] = carrier


def _handed_out(task: Task, place: Place, inside: Lowering, flow: str) -> Iterator[model.Output]:
    """Outputs for what is read of the task and of those in it from outside; the outer flow is told where they are."""
    outer = place.lowering
    own = {each.id: each for each in (task, *_inner(task))}
    within = {id(tree) for tree in (*task.fields.values(), *_trees(_inner(task)))}
    plan = outer.plan
    trees = [*_trees(plan.walk()), *(each.value for each in plan.outputs)]
    inner_place = Place(inside)
    for ref in (ref for tree in trees if id(tree) not in within for ref in references(tree)):
        key = (ref.name, ref.field or "")
        if ref.root != "tasks" or ref.name not in own or key in outer.told:
            continue
        if ref.name == task.id and ref.field in ("state", "error"):
            continue
        try:
            carrier = inner_place.find(ref)
        except Inexact:
            continue
        at = f"outputs.{task.id}.outputs"
        if isinstance(carrier, Members):
            told: Carrier = Members(dict(_members(carrier, at, outer.name(f"{ref.name}_{ref.field}"))))
            assert isinstance(told, Members)
            for (_, each), (_, other) in zip(carrier.members.items(), told.members.items(), strict=True):
                assert not isinstance(each, Members) and isinstance(other, Text)
                yield _output(other.expression.rpartition(".")[2], each)
        else:
            name = f"{ref.name}_{ref.field}"
            told = Text(f"{at}.{name}")
            yield _output(name, carrier)
        if ref.name == task.id:
            outer.results[key] = told
        else:
            outer.told[key] = told


def _members(carrier: Members, at: str, name: str) -> Iterator[tuple[str, Carrier]]:
    for member in carrier.members:
        yield member, Text(f"{at}.{name}_{member}")


def _output(name: str, carrier: Plain | Text) -> model.Output:
    value = f"{{{{ ({carriers.text_of(carrier)}) ?? null }}}}"
    return model.Output(name, "STRING", value, is_required=False, description="JSON text")


def _error(inside: Lowering, tasks: list[model.Task], seconds: float | None) -> Value:
    error = first_error(inside, list(failing(inside, tasks)), with_task=True)
    if seconds is None:
        return template(error)
    # a task that was killed counts as failed for a moment
    elapsed = "((now() | timestampMilli) - (execution.startDate | timestampMilli))"
    return template(f"{elapsed} >= {round(seconds * 1000)} ? 'null' : ({error})")
