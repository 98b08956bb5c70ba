"""From a plan to a flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from overture.expressions.tree import Expr, Filter, Literal, Ref, references
from overture.plan.backend import Gap
from overture.plan.model import Input, Plan, Task
from overture.plan.python_source import helper_sources
from overture_kestra import carriers, model
from overture_kestra.attempts import apart
from overture_kestra.blocks import lower_block
from overture_kestra.carriers import Members, Plain, Text
from overture_kestra.failures import barrier, failing, first_error, reads_error, telling
from overture_kestra.flow_scripts import with_scripts
from overture_kestra.header import header
from overture_kestra.inexact import Inexact, bare
from overture_kestra.inputs import flow_input, is_null_missing, loosely_checked, taken_otherwise
from overture_kestra.loops import template
from overture_kestra.model import Flow, Script, Value
from overture_kestra.outlines import ERROR
from overture_kestra.outputs import output_type
from overture_kestra.pebble import unbracketed
from overture_kestra.place import CAPTURED, CORE, MOMENT, RETURN, SEQUENTIAL, Lowering, Place, Refused, input_type
from overture_kestra.render import plain
from overture_kestra.scripts import script
from overture_kestra.split import carried_names, has_handlers_outside, inner_plan, needs_two, outer_flow, take_in
from overture_kestra.timing import iso_duration
from overture_kestra.triggers import lower_triggers
from overture_kestra.values import compute_trees


def lower(plan: Plan, options: Mapping[str, str], *, tells: bool = False) -> tuple[tuple[Flow, ...], tuple[Gap, ...]]:
    """The flow of one workflow, or several; none when a gap is an error. Those that it calls are flows of their own.
    `tells`: a workflow that calls it reads why it failed."""
    lowering = Lowering(plan, options, tells=tells)
    lowering.taken |= {task.id for task in plan.walk()}
    try:
        flows = _two_flows(lowering) if needs_two(plan) else _one_flow(lowering)
    except Refused as refused:
        gap = Gap(refused.pointer or "", refused.message, refused.help)
        return (), tuple(dict.fromkeys((*lowering.gaps, gap)))
    flows += tuple(
        replace(flow, variables=_variables(inside), header=header(inside, flow, tuple(inside.notes)))
        for inside, flow in lowering.outlined
    )
    return tuple(with_scripts(flow, lowering.parts) for flow in flows), tuple(dict.fromkeys(lowering.gaps))


def _one_flow(lowering: Lowering) -> tuple[Flow, ...]:
    flow = _flow(lowering)
    return (replace(flow, header=header(lowering, flow, tuple(lowering.notes))),)


def _two_flows(lowering: Lowering) -> tuple[Flow, ...]:
    plan = lowering.plan
    carried = carried_names(_names(plan), plan)
    outer = Lowering(plan, lowering.options, lowering.gaps, parts=lowering.parts, tells=lowering.tells)
    triggers, first = lower_triggers(outer)
    lowering.plan = inner_plan(plan)
    # the handlers are told in a way of their own
    lowering.tells = lowering.tells and not has_handlers_outside(plan)
    more = take_in(lowering, carried)
    inner = _flow(lowering)
    inner = replace(inner, id=f"{plan.name}_tasks", inputs=(*inner.inputs, *more))
    flow = outer_flow(outer, inner, carried, first)
    if outer.tells:
        flow = replace(flow, outputs=(*flow.outputs, _own_error(outer, flow.tasks)))
    if has_handlers_outside(plan):
        told = _told(lowering, outer, flow.tasks[-1].id, inner)
        inner = replace(inner, outputs=(*inner.outputs, *told), variables=_variables(lowering))
        flow = _handlers_outside(outer, flow)
    concurrency, variables = _concurrency(plan), _variables(outer)
    flow = replace(flow, triggers=triggers, concurrency=concurrency, variables=variables)
    return replace(flow, header=header(outer, flow)), replace(
        inner, header=header(lowering, inner, tuple(lowering.notes))
    )


def _told(inside: Lowering, outside: Lowering, run: str, inner: Flow) -> list[model.Output]:
    """What the inner flow tells the handlers: the error of the run, and what they read of its tasks, as JSON text."""
    error = first_error(inside, list(failing(inside, inner.tasks)), with_task=True)
    # a task that was killed counts as failed for a moment
    elapsed = "((now() | timestampMilli) - (execution.startDate | timestampMilli))"
    most = round((outside.plan.timeout_seconds or 0) * 1000)
    value = template(f"{elapsed} >= {most} ? 'null' : ({error})")
    told = [model.Output(ERROR, "STRING", str(plain(value)), is_required=False)]
    plan = outside.plan
    handlers = [task for block in (plan.on_failure, plan.finally_) if block is not None for task in block.walk()]
    own = {task.id for task in handlers}
    place = Place(inside, (("", "on_failure"),), handler="on_failure")
    for ref in (ref for tree in _trees(handlers) for ref in references(tree)):
        key = (ref.name, ref.field or "")
        if ref.root != "tasks" or ref.name in own or key in outside.told:
            continue
        carrier = place.find(ref)
        if isinstance(carrier, Members):
            raise Refused(f"with a timeout of the whole run, `{ref.name}` cannot be read by handlers on Kestra")
        name = inside.name(f"{ref.name}_{ref.field}")
        told.append(model.Output(name, "STRING", f"{{{{ ({carriers.text_of(carrier)}) ?? null }}}}", is_required=False))
        outside.told[key] = Text(f"outputs.{run}.outputs.{name}")
    return told


def _handlers_outside(lowering: Lowering, flow: Flow) -> Flow:
    """The outer flow with `errors` and `finally` of its own."""
    tasks = list(flow.tasks)
    errors = _on_failure(lowering, tasks)
    finally_, cure = _finally(lowering, tasks, None)
    return replace(
        flow,
        errors=apart(lowering, errors),
        finally_=apart(lowering, finally_),
        outputs=(*flow.outputs, *cure),
    )


def _input(each: Input) -> model.Input:
    try:
        return flow_input(each)
    except Inexact as inexact:
        raise Refused(f"{inexact.args[0]}", pointer=f"/inputs/{each.name}") from None


def _undeclared(name: str) -> tuple[str, str]:
    message = f"members of `{name}` that its schema does not declare are lost on Kestra where they are null"
    return message, "declare them, or close its objects: `additionalProperties: false`"


def _flow(lowering: Lowering) -> Flow:
    plan = lowering.plan
    body = Place(lowering)
    lowering.telling = telling(plan, is_told=lowering.tells or reads_error(plan))
    if plan.timeout_seconds is not None and any(task.kind == "foreach" and task.blocks for task in plan.walk()):
        lowering.warn("/timeout", "items of a `foreach` that run when the time is over end in the background on Kestra")
    for block in (plan.body, *(block for task in plan.walk() for block in task.blocks.values())):
        for loop in block.walk() if block.shape in ("side by side", "graph") else ():
            if loop.kind == "foreach" and loop.blocks:
                lowering.warn(loop.pointer, f"when a task beside it fails, `{loop.id}` starts no more items on Kestra")
    if plan.finally_ is not None:
        lowering.warn("/finally", "when somebody kills a run, Kestra does not run its `finally`")
    for each in plan.inputs:
        for told in (loosely_checked(each), taken_otherwise(each)):
            if told is not None:
                lowering.warn(f"/inputs/{each.name}", told)
        if each.is_required and is_null_missing(each):
            lowering.warn(f"/inputs/{each.name}", f"`{each.name}` may be left out on Kestra, which is to give null")
        if input_type(each.type) == "JSON" and carriers.is_open(each.type):
            lowering.warn(f"/inputs/{each.name}", *_undeclared(each.name))
    triggers, first = lower_triggers(lowering)
    tasks = [*first, *lower_block(plan.body, body)]
    step, outputs = _outputs(lowering, body)
    late = None
    if step is not None and plan.on_failure is None and plan.finally_ is None:
        tasks.append(step)
    else:
        late = step
    if any(ref.root == "run" and ref.name == "previous_success_at" for ref in _names(plan)):
        tasks.append(_remember_success(lowering))
    errors = _on_failure(lowering, tasks)
    finally_, cure = _finally(lowering, tasks, late)
    if lowering.tells:
        cure = (*cure, _own_error(lowering, tasks))
    tasks = [*_captured(lowering), *tasks]
    return Flow(
        id=plan.name,
        namespace=lowering.namespace,
        description=plan.description,
        labels=plan.labels,
        inputs=tuple(map(_input, plan.inputs)),
        variables=_variables(lowering),
        concurrency=_concurrency(plan),
        sla=_timeout(plan),
        triggers=triggers,
        tasks=apart(lowering, tasks),
        errors=apart(lowering, errors),
        finally_=apart(lowering, finally_),
        outputs=(*outputs, *cure),
    )


def _own_error(lowering: Lowering, tasks: Sequence[model.Task]) -> model.Output:
    """What whoever calls this flow reads when it failed."""
    error = template(first_error(lowering, list(failing(lowering, tasks)), with_task=False))
    return model.Output(ERROR, "STRING", str(plain(error)), is_required=False)


def _captured(lowering: Lowering) -> list[model.Task]:
    """Keeps inputs for loops in loops, in which Kestra 2.0.0 reads their defaults."""
    if not lowering.captured:
        return []
    task = model.Task(
        CAPTURED,
        f"{CORE}.output.OutputValues",
        {"values": dict(lowering.captured)},
        comment="a loop in a loop would read the defaults of the inputs",
    )
    return [task]


def _variables(lowering: Lowering) -> dict[str, Value]:
    """The scripts that steps use, each once: variables are never rendered."""
    found: dict[str, Value] = {}
    if lowering.functions:
        found["expressions"] = Script(helper_sources(lowering.functions))
    for name in sorted(lowering.scripts):
        found[name] = Script(script(name))
    return found


def _concurrency(plan: Plan) -> dict[str, Value] | None:
    found = plan.concurrency
    if found is None:
        return None
    return {"limit": found.limit, "behavior": {"queue": "QUEUE", "skip": "CANCEL", "fail": "FAIL"}[found.when_full]}


def _timeout(plan: Plan) -> tuple[Mapping[str, Value], ...]:
    if plan.timeout_seconds is None:
        return ()
    return (
        {"id": "timeout", "type": "MAX_DURATION", "behavior": "FAIL", "duration": iso_duration(plan.timeout_seconds)},
    )


# ---- handlers


def _trees(tasks: Iterable[Task]) -> Iterator[Expr]:
    for task in tasks:
        yield from task.fields.values()
        if task.when is not None:
            yield task.when


def _names(plan: Plan) -> Iterator[Ref]:
    """Every name that a workflow reads anywhere."""
    for tree in (*_trees(plan.walk()), *(each.value for each in plan.outputs)):
        yield from references(tree)


def _remember_success(lowering: Lowering) -> model.Task:
    """Keeps when this run succeeded, for `run.previous_success_at` of the next one."""
    properties: dict[str, Value] = {
        "key": lowering.state_key("previous_success_at"),
        "value": f"{{{{ now(timeZone='UTC', format=\"{MOMENT}\") | toJson }}}}",
        "kvType": "STRING",
    }
    return model.Task(lowering.name("remember_success"), f"{CORE}.kv.Set", properties)


def _reads(lowering: Lowering, handler: str, name: str) -> bool:
    """Whether a handler reads `run.error` or `run.state`."""
    block = lowering.plan.on_failure if handler == "on_failure" else lowering.plan.finally_
    trees = _trees(block.walk() if block else ())
    return any(ref.root == "run" and ref.name == name for tree in trees for ref in references(tree))


def _run_error(lowering: Lowering, id: str, tasks: list[model.Task]) -> model.Task:
    """A task that gives the error that failed the run: of the first task, in their order, that failed."""
    error = first_error(lowering, list(failing(lowering, tasks)), with_task=True)
    return model.Task(lowering.name(id), RETURN, {"format": template(error)})


def _on_failure(lowering: Lowering, tasks: list[model.Task]) -> tuple[model.Task, ...]:
    waiting = barrier(lowering, tasks, "wait_for_others")
    first = [each for each in waiting if isinstance(each, model.Task)]
    block = lowering.plan.on_failure
    if block is None:
        return tuple(first)
    place = Place(lowering, (("", "on_failure"),), handler="on_failure")
    lowering.results["run in on_failure", "state"] = Plain("'failed'")
    if _reads(lowering, "on_failure", "error"):
        first.append(_run_error(lowering, "run_error", tasks))
        lowering.results["run in on_failure", "error"] = Text(f"outputs.{first[-1].id}.value")
    handled = lower_block(block, place)
    if len(handled) == 1:
        return (*first, *handled)
    sequence = model.Task(
        lowering.name("on_failure"),
        SEQUENTIAL,
        {"tasks": handled},
        comment="in a Sequential a failure ends the rest; tasks of `errors` go on after one",
    )
    return (*first, sequence)


def _finally(
    lowering: Lowering, tasks: list[model.Task], late: model.Task | None
) -> tuple[tuple[model.Task, ...], tuple[model.Output, ...]]:
    """`finally`, and the outputs that are computed after it; and an output that fails the run when `finally` failed."""
    block = lowering.plan.finally_
    if block is None and late is None:
        return (), ()
    first: list[model.Task] = []
    if late is not None or any(_reads(lowering, "finally", name) for name in ("error", "state")):
        first.append(_run_error(lowering, "run_error_at_the_end", tasks))
        name = first[0].id
        lowering.results["run in finally", "error"] = Text(f"outputs.{name}.value")
        lowering.results["run in finally", "state"] = Plain(
            f"(outputs.{name}.value == 'null' ? 'succeeded' : 'failed')"
        )
    last: list[model.Task] = []
    if late is not None:
        run_if = f"{{{{ outputs.{first[0].id}.value == 'null' }}}}"
        last = [replace(late, run_if=run_if, comment="after all else: an output that fails runs no `errors`")]
    if block is None:
        return (*first, *last), ()
    place = Place(lowering, (("", "finally"),), handler="finally")
    handled = lower_block(block, place)
    if not any(True for _ in failing(lowering, handled)):
        return (*first, *handled, *last), ()
    name = lowering.name("finally_tasks")
    sequence = model.Task(name, SEQUENTIAL, {"tasks": handled})
    # nothing is named `never`: to read it fails the run
    value = f"{{{{ (tasks.{name}.state ?? '') == 'FAILED' ? outputs.never.value : true }}}}"
    comment = "fails the run when `finally` failed: Kestra would not"
    cure = model.Output(lowering.name("finally_succeeded"), "BOOL", value, comment=comment)
    return (*first, sequence, *last), (cure,)


# ---- outputs


def _outputs(lowering: Lowering, place: Place) -> tuple[model.Task | None, tuple[model.Output, ...]]:
    """The outputs, and the task that computes those that Pebble cannot give."""
    plan = lowering.plan
    late: dict[str, Expr] = {}
    texts: dict[str, str] = {}
    for each in plan.outputs:
        try:
            if _is_left_out(each.value) and _may_fail(place, each.value):
                raise Inexact("an output that is not required: Kestra would hide its failure")
            texts[each.name] = _output_text(place, each.value)
        except Inexact:
            late[each.name] = each.value
    step = None
    if late:
        name = lowering.name("outputs")
        try:
            computed = compute_trees(place, name, late)
        except Refused as refused:
            raise Refused(refused.message, refused.help, "/outputs") from None
        step = computed.task
        for output, carrier in computed.carriers.items():
            assert not isinstance(carrier, Members)
            is_value = output_type(late[output].type) in ("STRING", "INT", "BOOL")
            found = carriers.value_of(carrier) if is_value else carriers.text_of(carrier)
            texts[output] = f"{{{{ {found} }}}}"
    made = []
    for each in plan.outputs:
        kind = output_type(each.value.type)
        if kind == "JSON" and carriers.is_open(each.value.type):
            lowering.warn(f"/outputs/{each.name}", *_undeclared(each.name))
        is_required = not _is_left_out(each.value)
        description = "JSON text: a JSON output would lose members that are null" if kind == "TEXT" else None
        kind = "STRING" if kind == "TEXT" else kind
        made.append(model.Output(each.name, kind, texts[each.name], is_required, description))
    return step, tuple(made)


def _is_left_out(tree: Expr) -> bool:
    """Whether an output may be null as such: Kestra then leaves it out, and fails the run if it were required."""
    return tree.type.is_nullable and output_type(tree.type) != "TEXT"


def _may_fail(place: Place, tree: Expr) -> bool:
    """Whether reading a tree may fail."""
    tree = bare(tree)
    if isinstance(tree, Literal):
        return False
    if isinstance(tree, Ref):
        return not place.is_certain(tree)
    if isinstance(tree, Filter) and tree.name == "default":
        return any(_may_fail(place, argument) for _, argument in tree.arguments)
    return True


def _output_text(place: Place, tree: Expr) -> str:
    kind = output_type(tree.type)
    if kind in ("STRING", "INT", "BOOL"):
        return f"{{{{ {unbracketed(place.pebble.value(tree))} }}}}"
    if kind == "JSON":
        return place.pebble.json(tree)
    return place.pebble.kept(tree)
