"""A workflow as two flows, where one cannot hold it. The outer flow has the triggers and the limit of runs, the inner
one the tasks: Kestra counts the items of a loop as runs of its flow, and skips the handlers of a run that took too
long.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from overture.expressions.tree import Ref
from overture.plan.model import Input, Plan
from overture_kestra import carriers, model
from overture_kestra.carriers import Members, Plain, Text
from overture_kestra.inexact import Inexact
from overture_kestra.model import Flow, Value
from overture_kestra.outlines import ERROR, SUBFLOW
from overture_kestra.outputs import output_type
from overture_kestra.place import Failing, Lowering, Place, input_type


def needs_two(plan: Plan) -> bool:
    if has_handlers_outside(plan):
        return True
    return plan.concurrency is not None and any(task.kind == "foreach" and task.blocks for task in plan.walk())


def has_handlers_outside(plan: Plan) -> bool:
    """Whether `on_failure` and `finally` have to outlive the flow of the tasks."""
    return plan.timeout_seconds is not None and (plan.on_failure is not None or plan.finally_ is not None)


def carried_names(names: Iterable[Ref], plan: Plan) -> dict[str, Ref]:
    """What the inner flow cannot know by itself, by the name of the input that hands it in."""
    found: dict[str, Ref] = {}
    taken = {each.name for each in plan.inputs}
    for ref in names:
        of_run = ref.root == "run" and ref.name in ("id", "started_at", "scheduled_for", "trigger")
        if ref.root == "trigger" or of_run:
            name = f"{ref.root}_{ref.name}"
            while name in taken:
                name += "_"
            found[name] = ref
    return found


def inner_plan(plan: Plan) -> Plan:
    inner = replace(plan, concurrency=None, triggers=())
    return replace(inner, on_failure=None, finally_=None) if has_handlers_outside(plan) else inner


def take_in(lowering: Lowering, carried: dict[str, Ref]) -> tuple[model.Input, ...]:
    """The inputs by which the inner flow gets them, as JSON text."""
    for name, ref in carried.items():
        lowering.results[ref.root, ref.name] = Text(f"inputs.{name}")
    what = "handed in by the flow with the triggers (JSON text)"
    return tuple(
        model.Input(name, "STRING", is_required=False, description=f"{ref.root}.{ref.name}, {what}")
        for name, ref in carried.items()
    )


def outer_flow(lowering: Lowering, inner: Flow, carried: dict[str, Ref], first: list[model.Task]) -> Flow:
    """The flow with the triggers: it runs the inner one and hands on its outputs. Triggers are set by the caller."""
    plan = lowering.plan
    place = Place(lowering)
    name = lowering.name("run")
    inputs: dict[str, Value] = {each.name: _handed(each) for each in plan.inputs}
    for key, ref in carried.items():
        try:
            carrier = place.find(ref)
        except Inexact:
            continue
        assert not isinstance(carrier, Members)
        inputs[key] = f"{{{{ ({carriers.text_of(carrier)}) ?? '' }}}}"
    properties: dict[str, Value] = {"namespace": "{{ flow.namespace }}", "flowId": inner.id}
    if inputs:
        properties["inputs"] = inputs
    properties |= {"wait": True, "transmitFailed": True}
    why = "Kestra counts the items of a loop as runs of its flow"
    if has_handlers_outside(plan):
        why = "Kestra runs no `errors` and no `finally` of a flow that took too long"
    run = model.Task(name, SUBFLOW, properties, comment=f"a flow of its own: {why}")
    error = f"outputs.{name}.outputs.{ERROR} ?? null"
    late = (("type", "'timeout'"), ("message", "'the run took too long'"))
    lowering.failing[name] = Failing(name, "", (("error", error), *late))
    outputs = tuple(
        replace(each, value=_passed(name, each, plan), comment=None)
        for each in inner.outputs
        if each.id in {output.name for output in plan.outputs}
    )
    return Flow(
        id=plan.name,
        namespace=lowering.namespace,
        description=plan.description,
        labels=plan.labels,
        inputs=tuple(each for each in inner.inputs if each.id not in carried),
        tasks=(*first, run),
        outputs=outputs,
    )


def _handed(each: Input) -> str:
    expression = f"inputs.{each.name}"
    if input_type(each.type) in ("STRING", "SELECT", "INT", "BOOL", "TEXT"):
        return f"{{{{ {expression} }}}}"
    return f"{{{{ {expression} | toJson }}}}"


def _passed(run: str, each: model.Output, plan: Plan) -> str:
    kind = next(output_type(one.value.type) for one in plan.outputs if one.name == each.id)
    expression = f"outputs.{run}.outputs.{each.id}"
    if not each.is_required:
        expression = f"{expression} ?? null"
    carrier = Plain(expression, is_tight=each.is_required)
    return f"{{{{ {carriers.text_of(carrier)} }}}}" if kind == "JSON" else f"{{{{ {expression} }}}}"
