"""A workflow as two flows, where one cannot hold it: Kestra counts the items of a loop as runs of its flow, so a limit
of runs and a loop stand in different ones. The outer flow has the triggers and the limit, the inner one the tasks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from overture.expressions.tree import Ref
from overture.plan.model import Input, Plan
from overture_kestra import carriers, model
from overture_kestra.carriers import Members, Plain, Text
from overture_kestra.model import Flow, Value
from overture_kestra.outputs import output_type
from overture_kestra.pebble import Inexact
from overture_kestra.place import CORE, Lowering, Place, input_type

SUBFLOW = f"{CORE}.flow.Subflow"


def needs_two(plan: Plan) -> bool:
    return plan.concurrency is not None and any(task.kind == "foreach" and task.blocks for task in plan.walk())


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
    return replace(plan, concurrency=None, triggers=())


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
    run = model.Task(
        name, SUBFLOW, properties, comment="a flow of its own: Kestra counts the items of a loop as runs of its flow"
    )
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
