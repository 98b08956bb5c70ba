"""Triggers: Schedule, Webhook and Flow; and the first tasks of a run that a webhook started."""

from __future__ import annotations

from overture.expressions.schemas import type_of_schema
from overture.expressions.tree import Expr, references
from overture.plan.model import Trigger
from overture_kestra import model
from overture_kestra.carriers import Carrier, Text, is_null_free
from overture_kestra.flow_scripts import schema_parts
from overture_kestra.inexact import Inexact
from overture_kestra.layout import json_object
from overture_kestra.model import Script, Value
from overture_kestra.pebble import constant_value, json_text, template_text, unbracketed
from overture_kestra.place import CORE, Lowering, Place, Refused
from overture_kestra.values import Program, compute, script_files, secrets_entry, step

STATES = {"succeeded": "SUCCESS", "failed": "FAILED", "cancelled": "CANCELLED"}
MISSED = {"none": "NONE", "last": "LAST", "all": "ALL"}


def lower_triggers(lowering: Lowering) -> tuple[tuple[model.Trigger, ...], list[model.Task]]:
    """The triggers, and the tasks that come first: they look at what a webhook was sent."""
    triggers = lowering.plan.triggers
    kinds = [each.type for each in triggers]
    found: list[model.Trigger] = []
    first: list[model.Task] = []
    for number, each in enumerate(triggers, start=1):
        name = each.type if kinds.count(each.type) == 1 else f"{each.type}_{number}"
        if each.type == "schedule":
            found.append(_schedule(lowering, each, name))
        elif each.type == "after":
            found.append(_after(lowering, each, name))
        else:
            if kinds.count("webhook") > 1 and (each.returns is not None or each.signature is not None):
                raise Refused("two webhooks whose bodies are checked are not exported to Kestra", None, each.pointer)
            trigger, tasks = _webhook(lowering, each, name)
            found.append(trigger)
            first += tasks
    return tuple(found), first


def _when(lowering: Lowering, trigger: Trigger) -> str | None:
    """The condition of a trigger, evaluated before there is a run."""
    if trigger.when is None:
        return None
    try:
        return f"{{{{ {unbracketed(Place(lowering).pebble.condition(trigger.when))} }}}}"
    except Inexact as inexact:
        raise Refused(
            f"the condition of this trigger is not exported to Kestra: {inexact.args[0]}",
            "put the condition into the workflow: `stop` when it does not hold",
            trigger.pointer + "/when",
        ) from None


def _schedule(lowering: Lowering, trigger: Trigger, name: str) -> model.Trigger:
    properties: dict[str, Value] = {"cron": trigger.cron, "timezone": trigger.timezone}
    # Kestra's own default is to run every time that was missed
    properties["recoverMissedSchedules"] = MISSED[trigger.catch_up]
    if trigger.inputs:
        properties["inputs"] = {key: _literal(tree) for key, tree in trigger.inputs.items()}
    return model.Trigger(name, f"{CORE}.trigger.Schedule", properties, _when(lowering, trigger))


def _literal(tree: Expr) -> Value:
    is_constant, value = constant_value(tree)
    if not is_constant:
        raise Refused("an input of a schedule that is not literal is not exported to Kestra")
    if isinstance(value, str):
        return template_text(value)
    return value if isinstance(value, (bool, int)) else template_text(json_text(value))


def _after(lowering: Lowering, trigger: Trigger, name: str) -> model.Trigger:
    other: dict[str, Value] = {
        "namespace": lowering.namespace,
        "flowId": trigger.workflow,
        "states": [STATES[state] for state in trigger.states],
    }
    properties: dict[str, Value] = {"dependsOn": [other]}
    if trigger.inputs:
        properties["inputs"] = _inputs(lowering, trigger)
    return model.Trigger(name, f"{CORE}.trigger.Flow", properties, _when(lowering, trigger))


def _inputs(lowering: Lowering, trigger: Trigger) -> dict[str, Value]:
    found: dict[str, Value] = {}
    pebble = Place(lowering).pebble
    for key, tree in trigger.inputs.items():
        try:
            found[key] = pebble.text(tree) if tree.type.is_only("string") else pebble.json(tree)
        except Inexact as inexact:
            raise Refused(
                f"the input `{key}` of this trigger is not exported to Kestra: {inexact.args[0]}",
                "compute it in the first task of the workflow",
                f"{trigger.pointer}/inputs/{key}",
            ) from None
    return found


def _webhook(lowering: Lowering, trigger: Trigger, name: str) -> tuple[model.Trigger, list[model.Task]]:
    """The trigger, and the tasks that end a run which is not to be: Exit runs neither `errors` nor `finally`."""
    signature = trigger.signature
    key = f"{{{{ secret('{trigger.key}') }}}}" if trigger.key is not None else lowering.plan.name
    properties: dict[str, Value] = {"key": key}
    if signature is not None:
        # the body as it came, which alone can be verified; it is read from the storage
        properties["fetchType"] = "STORE"
        if any(
            ref.root == "trigger" and ref.name == "body" for tree in trigger.inputs.values() for ref in references(tree)
        ):
            raise Refused(
                "inputs from the body of a signed webhook are not exported to Kestra",
                "read `trigger.body` in the workflow instead",
                trigger.pointer + "/inputs",
            )
    if trigger.inputs:
        properties["inputs"] = _inputs(lowering, trigger)
    tasks: list[model.Task] = []
    if signature is not None or trigger.returns is not None:
        tasks += _look(lowering, trigger)
    when = None
    if signature is None:
        try:
            when = _when(lowering, trigger)
        except Refused:
            tasks += _late_when(lowering, trigger)
    elif trigger.when is not None:
        tasks += _late_when(lowering, trigger)
    return model.Trigger(name, f"{CORE}.trigger.Webhook", properties, when), tasks


def _look(lowering: Lowering, trigger: Trigger) -> list[model.Task]:
    """A step that verifies the signature and checks the body, and what ends the run when either is wrong."""
    name = lowering.name("webhook")
    entries = []
    signature = trigger.signature
    if signature is None:
        if not is_null_free(type_of_schema(dict(trigger.returns or {}))):
            lowering.warn(trigger.pointer, "members of the body that are null are lost on Kestra")
        entries.append('"body": {{ trigger.body | toJson }}')
    else:
        header = json_text(signature.header.lower())
        program = (
            f'.[0] | to_entries | map(select(.key | ascii_downcase == {header}) | .value | join(", ")) | .[0] // ""'
        )
        entries += [
            '"raw": {{ read(trigger.uri) | toJson }}',
            f"\"signed\": {{{{ [trigger.headers] | jq('{program}') | first | toJson }}}}",
            '"signature": {"secret": {{ '
            f"secret('{signature.secret}') | toJson }}}}, "
            f'"prefix": {json_text(signature.prefix)}, "encoding": {json_text(signature.encoding)}}}',
            secrets_entry([signature.secret]),
        ]
    asked = ("secrets", "raw") if signature is not None else ()
    lowering.parts |= {f"webhook.{each}" for each in (*asked, *(["returns"] if trigger.returns is not None else []))}
    lowering.parts |= set(schema_parts(trigger.returns))
    if trigger.returns is not None:
        entries.append(f'"returns": {json_text(dict(trigger.returns))}')
    files = {**script_files(lowering, ["webhook"]), "webhook.json": Script(json_object(entries))}
    place = Place(lowering)
    look = step(place, name, files, ["python3 webhook.py"])
    comes_by_hook = None
    if len(lowering.plan.triggers) > 1:
        comes_by_hook = "{{ (trigger.headers ?? null) is not null }}"
        look = look.with_run_if(comes_by_hook)
    lowering.results["trigger", "body"] = Text(f"outputs.{name}.vars.body")
    return [look, _leave(lowering, f"(outputs.{name}.vars.verdict ?? 'good') != 'good'", "a run that is not to be")]


def _late_when(lowering: Lowering, trigger: Trigger) -> list[model.Task]:
    """The condition as a first task: Kestra cannot evaluate it before there is a run."""
    assert trigger.when is not None
    when = trigger.when
    place = Place(lowering)
    lowering.warn(
        trigger.pointer + "/when",
        "on Kestra this condition is looked at when there is a run already, which then ends as cancelled",
    )
    try:
        return [_leave(lowering, f"not {place.pebble.condition(when)}", "its condition is false")]
    except Inexact:

        def build(program: Program) -> dict[str, Carrier]:
            program.entries["holds"] = program.source(when, is_condition=True)
            program.plain.append("holds")
            return {}

        computed = compute(place, lowering.name("webhook_when"), build)
        return [computed.task, _leave(lowering, f"not outputs.{computed.task.id}.vars.holds", "its condition is false")]


def _leave(lowering: Lowering, condition: str, comment: str) -> model.Task:
    properties: dict[str, Value] = {"state": "CANCELLED"}
    name = lowering.name("no_run")
    return model.Task(
        name, f"{CORE}.execution.Exit", properties, run_if=f"{{{{ {condition} }}}}", comment=f"ends {comment}"
    )
