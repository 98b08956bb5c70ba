"""`approve`: a Pause that a person resumes."""

from __future__ import annotations

from overture.expressions.schemas import type_of_schema
from overture.plan.model import Task
from overture_kestra import model
from overture_kestra.carriers import Plain, Text
from overture_kestra.jq import jq_string
from overture_kestra.model import Value
from overture_kestra.pebble import json_text
from overture_kestra.place import CORE, Place, Refused, input_type
from overture_kestra.tasks.simple import text_or_step
from overture_kestra.timing import iso_duration

BEHAVIOR = {"approve": "RESUME", "reject": "RESUME", "fail": "FAIL"}


def lower_approve(task: Task, place: Place) -> list[model.Task]:
    """The message is a log of its own: a Pause has none. An answer that never came has no `onResume`."""
    lowering = place.lowering
    before, message = text_or_step(place, task, "message", task.fields["message"])
    asking = model.Task(lowering.name(f"{task.id}_message"), f"{CORE}.log.Log", {"message": message})
    on_timeout = str(task.literals.get("on_timeout", "fail"))
    properties: dict[str, Value] = {}
    if task.timeout_seconds is not None:
        properties = {"pauseDuration": iso_duration(task.timeout_seconds), "behavior": BEHAVIOR[on_timeout]}
    if task.literals.get("returns"):
        lowering.warn(
            f"{task.pointer}/returns", f"what is filled in at `{task.id}` is held to its types only on Kestra"
        )
    fields: list[Value] = [
        {"id": "approved", "type": "BOOL", "defaults": True},
        {"id": "comment", "type": "STRING", "required": False},
    ]
    returns = task.literals.get("returns") or {}
    asked = dict(returns.get("properties", {}))
    for name, schema in asked.items():
        if name in ("approved", "comment"):
            raise Refused(f"a field named `{name}` in the form of an `approve` is not exported to Kestra")
        kind = input_type(type_of_schema(schema))
        field: dict[str, Value] = {
            "id": name,
            "type": kind.partition(" ")[0].replace("TEXT", "STRING"),
            "required": False,
        }
        if kind.startswith("ARRAY"):
            field["itemType"] = kind.partition(" ")[2]
        elif kind == "SELECT":
            field["values"] = [each for each in schema.get("enum", []) if each is not None]
        fields.append(field)
    properties["onResume"] = fields
    required = set(returns.get("required", ()))
    if required or any(set(schema) - {"type", "enum", "description"} for schema in asked.values()):
        lowering.warn(
            f"{task.pointer}/returns",
            f"Kestra holds what is filled in at `{task.id}` to its types only: fields may be missing, or too long",
        )
    kept = [name for name in asked if name in required and type_of_schema(asked[name]).is_nullable]
    _results(task, place, on_timeout == "approve", (list(asked), kept) if returns else None)
    return [*before, asking, model.Task(task.id, f"{CORE}.flow.Pause", properties)]


def _results(task: Task, place: Place, is_approved_late: bool, form: tuple[list[str], list[str]] | None) -> None:
    """`form`: the fields that may be filled in, and those of them that are there as null when they are left empty."""
    results = place.lowering.results
    answer = f"outputs.{task.id}.onResume"
    said = f"({answer}.approved ?? null)"
    outcome = f"({said} is null ? 'timed_out' : ({said} == true ? 'approved' : 'rejected'))"
    results[task.id, "outcome"] = Plain(outcome)
    results[task.id, "approved"] = Plain(f"(({answer}.approved ?? {json_text(is_approved_late)}) == true)")
    results[task.id, "by"] = Plain(f"(outputs.{task.id}.resumed.by ?? null)")
    results[task.id, "comment"] = Plain(f"({answer}.comment ?? null)")
    filled = "null"
    if form is not None:
        asked, kept = form
        picked = ", ".join(f"{jq_string(name)}: .[{jq_string(name)}]" for name in asked)
        is_there = " or ".join([".value != null", *(f".key == {jq_string(name)}" for name in kept)])
        filled = f"{{{picked}}} | with_entries(select({is_there}))"
    program = f".[0] | if . == null or .approved != true then null else {filled} end | tojson"
    results[task.id, "value"] = Text(f"([{answer} ?? null] | jq('{program}') | first)")
