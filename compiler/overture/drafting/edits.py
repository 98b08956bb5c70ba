"""Edits of a workflow in the wire form: what a model answers when it mends or changes one. What no edit names stays as
it is."""

from __future__ import annotations

import json
from functools import cache

from overture.diagnostics.nearest import did_you_mean
from overture.expressions.types import Json
from overture.language.wire import Misfit
from overture.language.wire_schema import root_fields, task_defs
from overture.language.wire_values import NotJson, decode

_TEXT: Json = {"type": "string"}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}

FIELDS = tuple(field.key for field in root_fields() if field.key != "tasks")
"""The workflow's own fields, which `set` sets."""


@cache
def _text() -> str:
    defs = {
        "Put": _object({"op": _op("put"), "after": _MAYBE_TEXT, "task": {"$ref": "#/$defs/Task"}}),
        "Remove": _object({"op": _op("remove"), "id": _TEXT}),
        "Set": _object(
            {"op": _op("set"), "field": {"type": "string", "enum": list(FIELDS)}, "value": _MAYBE_TEXT},
        ),
    }
    edit = {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in defs]}
    root = _object({"reasoning": _TEXT, "edits": {"type": "array", "items": edit}})
    return json.dumps(root | {"$defs": defs | task_defs()}, ensure_ascii=False)


def edits_schema() -> dict[str, Json]:
    """The schema of an answer of edits, within the portable set (wire_schema.py)."""
    schema: dict[str, Json] = json.loads(_text())
    return schema


def objection(answer: dict[str, Json]) -> str | None:
    """What is wrong with the shape of an answer of edits; a whole workflow is taken for one as well."""
    if isinstance(answer.get("edits"), list):
        return None
    return None if isinstance(answer.get("tasks"), list) else "there is no list `edits` in it"


def apply(wire: dict[str, Json], answer: dict[str, Json]) -> tuple[dict[str, Json], list[Misfit]]:
    """The workflow after the edits, and those that could not be made, with their place in the answer. A whole workflow
    in place of edits replaces the old one."""
    if not isinstance(answer.get("edits"), list):
        return {**wire, **answer}, []
    found = wire | {"tasks": list(wire.get("tasks") or [])}
    misfits: list[Misfit] = []
    for index, edit in enumerate(answer["edits"]):
        wrong = _make(found, edit) if isinstance(edit, dict) else "an edit is no object"
        if wrong:
            misfits.append(Misfit(f"/edits/{index}", wrong))
    return found, misfits


def _make(wire: dict[str, Json], edit: dict[str, Json]) -> str | None:
    """Makes one edit, or says why not."""
    match edit.get("op"):
        case "put":
            return _put(wire["tasks"], edit.get("task"), edit.get("after"))
        case "remove":
            return _remove(wire["tasks"], edit.get("id"))
        case "set":
            return _set(wire, edit.get("field"), edit.get("value"))
        case other:
            return f"`{other}` is no kind of edit"


def _put(tasks: list[Json], task: Json, after: Json) -> str | None:
    if not isinstance(task, dict) or not isinstance(task.get("id"), str):
        return "the task has no `id`"
    place = _index(tasks, task["id"])
    if place is not None:
        old = tasks.pop(place)
        if after is None or after == task["id"]:
            # a model that mends one task often leaves out where it stands
            kept = {key: old.get(key) for key in ("parent", "slot") if task.get(key) is None}
            tasks.insert(place, task | kept)
            return None
    elif after is None:
        tasks.append(task)
        return None
    if after == "":
        tasks.insert(0, task)
        return None
    before = _index(tasks, str(after))
    if before is None:
        tasks.insert(len(tasks) if place is None else place, task)
        return _unknown(tasks, str(after))
    tasks.insert(before + 1, task)
    return None


def _remove(tasks: list[Json], name: Json) -> str | None:
    if _index(tasks, str(name)) is None:
        return _unknown(tasks, str(name))
    gone = {str(name)}
    while inner := {str(task.get("id")) for task in tasks if task.get("parent") in gone} - gone:
        gone |= inner
    tasks[:] = [task for task in tasks if task.get("id") not in gone]
    return None


def _set(wire: dict[str, Json], field: Json, value: Json) -> str | None:
    if field not in FIELDS:
        return f"the workflow has no field `{field}` that could be set"
    try:
        wire[str(field)] = decode(value) if isinstance(value, str) else value
    except NotJson as error:
        return f"the value of `{field}` is no JSON: {error}"
    return None


def _index(tasks: list[Json], name: str) -> int | None:
    return next((place for place, task in enumerate(tasks) if isinstance(task, dict) and task.get("id") == name), None)


def _unknown(tasks: list[Json], name: str) -> str:
    help = did_you_mean(name, [str(task.get("id")) for task in tasks if isinstance(task, dict)])
    return f"there is no task `{name}`" + (f": {help}" if help else "")


def _op(word: str) -> Json:
    return {"type": "string", "const": word}


def _object(properties: dict[str, Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
