"""From a plan to a flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from overture.expressions.tree import Expr
from overture.plan.backend import Gap
from overture.plan.model import Input, Plan
from overture.plan.python_source import helper_sources
from overture_kestra import carriers, model
from overture_kestra.blocks import lower_block
from overture_kestra.carriers import Members, Plain, Text
from overture_kestra.failures import barrier, failures
from overture_kestra.helpers import script
from overture_kestra.model import Flow, Script, Value
from overture_kestra.outputs import output_type
from overture_kestra.pebble import Inexact, json_text, template_text
from overture_kestra.place import CORE, RETURN, SEQUENTIAL, Lowering, Place, Refused, input_type
from overture_kestra.tasks.simple import kept_text
from overture_kestra.timing import iso_duration
from overture_kestra.triggers import lower_triggers
from overture_kestra.values import compute_trees

LOOP = f"{CORE}.flow.Loop"


def lower(plan: Plan, options: Mapping[str, str]) -> tuple[Flow | None, tuple[Gap, ...]]:
    """The flow of one workflow (those that it calls are flows of their own), None when a gap is an error."""
    lowering = Lowering(plan, options)
    lowering.taken |= {task.id for task in plan.walk()}
    try:
        flow = _flow(lowering)
    except Refused as refused:
        gap = Gap(refused.pointer or "", refused.message, refused.help)
        return None, (*lowering.gaps, gap)
    return flow, tuple(lowering.gaps)


def _flow(lowering: Lowering) -> Flow:
    plan = lowering.plan
    body = Place(lowering)
    tasks = lower_block(plan.body, body)
    tasks, outputs = _outputs(lowering, body, tasks)
    errors = _on_failure(lowering, tasks)
    finally_, cure = _finally(lowering, tasks)
    triggers = lower_triggers(lowering)
    flow = Flow(
        id=plan.name,
        namespace=lowering.namespace,
        description=plan.description,
        labels=plan.labels,
        inputs=tuple(_input(lowering, each) for each in plan.inputs),
        variables=_variables(lowering),
        concurrency=_concurrency(lowering, tasks),
        sla=_timeout(lowering),
        triggers=triggers,
        tasks=tuple(tasks),
        errors=errors,
        finally_=finally_,
        outputs=(*outputs, *cure),
    )
    return replace(flow, header=_header(lowering))


def _header(lowering: Lowering) -> tuple[str, ...]:
    """What whoever deploys the flow has to know."""
    lines = []
    secrets = sorted({*lowering.plan.secrets, *(["OPENAI_API_KEY"] if "ask" in lowering.scripts else [])})
    if secrets:
        lines.append(f"secrets: {', '.join(secrets)}")
    if "ask" in lowering.scripts:
        lines.append("environment of the server: ENV_OPENAI_BASE_URL, ENV_OVERTURE_MODEL (where no model is named)")
    if lowering.scripts:
        lines.append("steps in Python run on the worker itself: it needs python3 (3.10 or later), nothing else")
    return tuple(lines)


def _variables(lowering: Lowering) -> dict[str, Value]:
    """The scripts that steps use, each once: variables are never rendered."""
    found: dict[str, Value] = {}
    if lowering.functions:
        found["expressions"] = Script(helper_sources(lowering.functions))
    for name in sorted(lowering.scripts):
        found[name] = Script(script(name))
    return found


def _input(lowering: Lowering, each: Input) -> model.Input:
    kind = input_type(each.type)
    properties: dict[str, Value] = {}
    schema = each.schema
    description = each.description
    if kind == "SELECT":
        properties["values"] = [str(value) for value in each.type.without("null").values or ()]
    elif kind.startswith("ARRAY"):
        kind, _, item = kind.partition(" ")
        properties["itemType"] = item
    elif kind == "INT":
        for bound, name in (("minimum", "min"), ("maximum", "max")):
            if schema.get(bound) is not None:
                properties[name] = schema[bound]
    elif kind == "STRING" and (pattern := _validator(schema)) is not None:
        properties["validator"] = pattern
    elif kind == "TEXT":
        kind = "STRING"
        note = "JSON text: a JSON input would lose members that are null"
        description = note if description is None else f"{description} ({note})"
    has_default = not each.is_required and each.default is not None
    return model.Input(
        each.name,
        kind,
        properties,
        is_required=each.is_required or has_default,
        default=_default(kind, input_type(each.type), each) if has_default else None,
        has_default=has_default,
        description=description,
    )


def _validator(schema: Mapping[str, object]) -> str | None:
    """A pattern that fits the whole text where the schema asks for more than any text."""
    pattern, least, most = schema.get("pattern"), schema.get("minLength"), schema.get("maxLength")
    if pattern is not None:
        return f"(?s).*(?:{pattern}).*" if least is None and most is None else None
    if least is not None or most is not None:
        return f"(?s).{{{least or 0},{'' if most is None else most}}}"
    return None


def _default(kind: str, carried: str, each: Input) -> Value:
    """A default as Kestra takes it: it renders the texts in it."""
    value = each.default
    if carried in ("STRING", "SELECT"):
        return template_text(str(value))
    if carried in ("INT", "BOOL"):
        return value
    if carried == "ARRAY STRING":
        return [template_text(str(item)) for item in value]
    if carried.startswith("ARRAY"):
        return list(value)
    return template_text(json_text(value, (",", ":")) if carried == "TEXT" else json_text(value))


def _concurrency(lowering: Lowering, tasks: list[model.Task]) -> dict[str, Value] | None:
    found = lowering.plan.concurrency
    if found is None:
        return None
    if any(each.type == LOOP for task in tasks for each in task.walk()):
        raise Refused(
            "a limit of runs at once beside a `foreach` with tasks is not exported to Kestra, "
            "which counts the items of a loop as runs",
            "put the `foreach` in a workflow of its own and `call` it",
            "/concurrency",
        )
    behavior = {"queue": "QUEUE", "skip": "CANCEL", "fail": "FAIL"}[found.when_full]
    return {"limit": found.limit, "behavior": behavior}


def _timeout(lowering: Lowering) -> tuple[Mapping[str, Value], ...]:
    plan = lowering.plan
    if plan.timeout_seconds is None:
        return ()
    if plan.on_failure is not None or plan.finally_ is not None:
        raise Refused(
            "a timeout of the whole run beside `on_failure` or `finally` is not exported to Kestra, which skips both",
            "call this workflow from one that has them",
            "/timeout",
        )
    return (
        {"id": "timeout", "type": "MAX_DURATION", "behavior": "FAIL", "duration": iso_duration(plan.timeout_seconds)},
    )


# ---- handlers


def _reads(lowering: Lowering, handler: str, name: str) -> bool:
    """Whether a handler reads `run.error` or `run.state`."""
    from overture.expressions.tree import references

    block = lowering.plan.on_failure if handler == "on_failure" else lowering.plan.finally_
    trees = [
        tree
        for task in (block.walk() if block else ())
        for tree in (*task.fields.values(), *([task.when] if task.when else []))
    ]
    return any(ref.root == "run" and ref.name == name for tree in trees for ref in references(tree))


def _run_error(lowering: Lowering, tasks: list[model.Task]) -> str:
    """An expression for the JSON text of the error that failed the run: of the first task, in order, that failed."""
    found = "'null'"
    for id, error in reversed(list(failures(lowering, tasks))):
        named = lowering.owners.get(id, id)
        text = (
            f"[({error}), {json_text(named)}] | jq('.[1] as $task | .[0] | fromjson | .task = (.task // $task) | tojson') "
            "| first"
        ).replace(json_text(named), f"'{named}'")
        found = f"((tasks.{id}.state ?? '') == 'FAILED' ? ({text}) : {found})"
    return found


def _on_failure(lowering: Lowering, tasks: list[model.Task]) -> tuple[model.Task, ...]:
    waiting = barrier(lowering, tasks, "wait_for_others")
    first = [each for each in waiting if isinstance(each, model.Task)]
    block = lowering.plan.on_failure
    if block is None:
        return tuple(first)
    place = Place(lowering, (("", "on_failure"),), handler="on_failure")
    lowering.results["run in on_failure", "state"] = Plain("'failed'")
    if _reads(lowering, "on_failure", "error"):
        name = lowering.name("run_error")
        first.append(model.Task(name, RETURN, {"format": f"{{{{ {_run_error(lowering, tasks)} }}}}"}))
        lowering.results["run in on_failure", "error"] = Text(f"outputs.{name}.value")
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


def _finally(lowering: Lowering, tasks: list[model.Task]) -> tuple[tuple[model.Task, ...], tuple[model.Output, ...]]:
    block = lowering.plan.finally_
    if block is None:
        return (), ()
    place = Place(lowering, (("", "finally"),), handler="finally")
    first: list[model.Task] = []
    if _reads(lowering, "finally", "error") or _reads(lowering, "finally", "state"):
        name = lowering.name("run_error_at_the_end")
        first.append(model.Task(name, RETURN, {"format": f"{{{{ {_run_error(lowering, tasks)} }}}}"}))
        lowering.results["run in finally", "error"] = Text(f"outputs.{name}.value")
        lowering.results["run in finally", "state"] = Plain(
            f"(outputs.{name}.value == 'null' ? 'succeeded' : 'failed')"
        )
    handled = lower_block(block, place)
    name = lowering.name("finally_tasks")
    sequence = model.Task(name, SEQUENTIAL, {"tasks": [*first, *handled]})
    # nothing is named `never`: to read it fails the run
    fails = f"{{{{ (tasks.{name}.state ?? '') == 'FAILED' ? outputs.never.value : null }}}}"
    cure = model.Output(
        lowering.name("finally_failed"),
        "STRING",
        fails,
        comment="fails the run when `finally` failed: Kestra would not",
    )
    return (sequence,), (cure,)


# ---- outputs


def _outputs(
    lowering: Lowering, place: Place, tasks: list[model.Task]
) -> tuple[list[model.Task], tuple[model.Output, ...]]:
    """The outputs; those that Pebble cannot give are computed by a last task."""
    plan = lowering.plan
    late: dict[str, Expr] = {}
    texts: dict[str, str] = {}
    for each in plan.outputs:
        try:
            texts[each.name] = _output_text(place, each.value)
        except Inexact:
            late[each.name] = each.value
    if late:
        name = lowering.name("outputs")
        try:
            computed = compute_trees(place, name, late)
        except Refused as refused:
            raise Refused(refused.message, refused.help, "/outputs") from None
        tasks = [*tasks, computed.task]
        for output, carrier in computed.carriers.items():
            assert not isinstance(carrier, Members)
            kind = output_type(late[output].type)
            if kind in ("STRING", "INT", "BOOL"):
                texts[output] = f"{{{{ {carriers.value_of(carrier)} }}}}"
            else:
                texts[output] = f"{{{{ {carriers.text_of(carrier)} }}}}"
    found = []
    for each in plan.outputs:
        kind = output_type(each.value.type)
        description = "JSON text: a JSON output would lose members that are null" if kind == "TEXT" else None
        found.append(
            model.Output(each.name, "STRING" if kind == "TEXT" else kind, texts[each.name], description=description)
        )
    return tasks, tuple(found)


def _output_text(place: Place, tree: Expr) -> str:
    kind = output_type(tree.type)
    if kind in ("STRING", "INT", "BOOL"):
        from overture_kestra.pebble import unbracketed

        return f"{{{{ {unbracketed(place.pebble.value(tree))} }}}}"
    if kind == "JSON":
        return place.pebble.json(tree)
    return kept_text(place, tree)
