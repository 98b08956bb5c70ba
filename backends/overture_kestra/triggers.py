"""Triggers: Schedule, Webhook and Flow."""

from __future__ import annotations

from overture.expressions.tree import Expr
from overture.plan.model import Trigger
from overture_kestra import model
from overture_kestra.model import Value
from overture_kestra.pebble import Inexact, constant_value, template_text, unbracketed
from overture_kestra.place import CORE, Lowering, Place, Refused

STATES = {"succeeded": "SUCCESS", "failed": "FAILED", "cancelled": "CANCELLED"}


def lower_triggers(lowering: Lowering) -> tuple[model.Trigger, ...]:
    triggers = lowering.plan.triggers
    found = []
    for number, each in enumerate(triggers, start=1):
        kinds = [one.type for one in triggers]
        name = each.type if kinds.count(each.type) == 1 else f"{each.type}_{number}"
        found.append(_ROWS[each.type](lowering, each, name))
    return tuple(found)


def _when(lowering: Lowering, trigger: Trigger) -> str | None:
    if trigger.when is None:
        return None
    try:
        return f"{{{{ {unbracketed(Place(lowering).pebble.condition(trigger.when))} }}}}"
    except Inexact as inexact:
        raise Refused(
            f"the condition of a trigger is not exported to Kestra: {inexact.args[0]}",
            "put the condition into the workflow: `stop` when it does not hold",
            trigger.pointer + "/when",
        ) from None


def _schedule(lowering: Lowering, trigger: Trigger, name: str) -> model.Trigger:
    properties: dict[str, Value] = {"cron": _cron(trigger), "timezone": trigger.timezone}
    if trigger.inputs:
        properties["inputs"] = {key: _literal(tree) for key, tree in trigger.inputs.items()}
    # Kestra's own default runs every missed time
    properties["recoverMissedSchedules"] = {"none": "NONE", "last": "LAST", "all": "ALL"}[trigger.catch_up]
    return model.Trigger(name, f"{CORE}.trigger.Schedule", properties, _when(lowering, trigger))


def _cron(trigger: Trigger) -> str:
    """Five fields; Kestra takes both day fields as `or` only when neither is `*`, as POSIX does."""
    return str(trigger.cron)


def _literal(tree: Expr) -> Value:
    is_constant, value = constant_value(tree)
    if not is_constant:
        raise Refused("an input of a schedule that is not literal")
    return template_text(value) if isinstance(value, str) else value


def _webhook(lowering: Lowering, trigger: Trigger, name: str) -> model.Trigger:
    if trigger.signature is not None:
        raise Refused(
            "a webhook's signature is not exported to Kestra, whose webhooks do not hand on the raw body",
            "let a gateway before Kestra check it, or rely on the key in the url",
            trigger.pointer + "/signature",
        )
    properties: dict[str, Value] = {"key": f"{{{{ secret('{trigger.key}') }}}}"}
    if trigger.inputs:
        properties["inputs"] = _inputs(lowering, trigger)
    return model.Trigger(name, f"{CORE}.trigger.Webhook", properties, _when(lowering, trigger))


def _after(lowering: Lowering, trigger: Trigger, name: str) -> model.Trigger:
    properties: dict[str, Value] = {
        "dependsOn": [
            {
                "namespace": lowering.namespace,
                "flowId": trigger.workflow,
                "states": [STATES[state] for state in trigger.states],
            }
        ]
    }
    if trigger.inputs:
        properties["inputs"] = _inputs(lowering, trigger)
    return model.Trigger(name, f"{CORE}.trigger.Flow", properties, _when(lowering, trigger))


def _inputs(lowering: Lowering, trigger: Trigger) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, tree in trigger.inputs.items():
        try:
            pebble = Place(lowering).pebble
            found[key] = pebble.text(tree) if tree.type.is_only("string") else pebble.json(tree)
        except Inexact as inexact:
            raise Refused(
                f"the input `{key}` of a trigger is not exported to Kestra: {inexact.args[0]}",
                "compute it in the first task of the workflow",
                f"{trigger.pointer}/inputs/{key}",
            ) from None
    return found


_ROWS = {"schedule": _schedule, "webhook": _webhook, "after": _after}
