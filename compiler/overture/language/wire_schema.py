"""The JSON Schema of the wire form, within what every engine of structured answers knows.

The portable set: objects with every property required and no other, unions only as `anyOf` of references whose variants
begin with a constant, no maps, no recursion, no patterns, formats, lengths or defaults. Measured: OpenAI refuses the
rest, other servers ignore it in silence.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256

from overture.expressions.types import Json
from overture.language.canonical import SHARED
from overture.language.forms import (
    AnyTask,
    AnyValue,
    Either,
    Field,
    Form,
    ListOf,
    MapOf,
    Number,
    PartOf,
    SchemaValue,
    Text,
    Truth,
    Word,
    forms_of,
)
from overture.language.tasks import TASKS, Common, Container, Part, Repeatable
from overture.language.workflow import Workflow

TALK = ("understanding", "questions", "assumptions")
"""What a model says about its workflow, before it."""

_HEAD = ("id", "source", "description", "needs", "when")
_SETTINGS = ((Repeatable, "RepeatableSettings"), (Container, "BlockSettings"), (Common, "Settings"))
_TEXT: Json = {"type": "string"}
_TEXTS: Json = {"type": "array", "items": _TEXT}
_NULL: Json = {"type": "null"}


@cache
def _text() -> str:
    defs: dict[str, Json] = {}
    properties: dict[str, Json] = {"understanding": _TEXT, "questions": _TEXTS, "assumptions": _TEXTS}
    for field in root_fields():
        properties[field.key] = _property(field, defs)
    return json.dumps(_object(properties) | {"$defs": task_defs() | defs}, ensure_ascii=False)


def wire_schema() -> dict[str, Json]:
    """The schema of the whole wire form. Its bytes, as `json.dumps` gives them, change only with the language."""
    schema: dict[str, Json] = json.loads(_text())
    return schema


def wire_digest() -> str:
    """SHA-256 of the schema's bytes."""
    return sha256(_text().encode()).hexdigest()


def root_fields() -> list[Field]:
    """The document's fields that have a place of their own in the wire form, `tasks` and `outputs` last."""
    fields = [
        field
        for field in forms_of(Workflow)
        if field.key not in ("overture", "on_failure", "finally", "tasks", "outputs")
    ]
    return fields + [field for field in forms_of(Workflow) if field.key in ("tasks", "outputs")]


def task_fields(model: type[Common]) -> tuple[list[Field], list[Field]]:
    """A task's own fields in the wire's order, without `kind` and the tasks it holds; and those of its `settings`."""
    fields = [field for field in forms_of(model) if field.name != "kind" and not holds_tasks(field.form)]
    head = [field for name in _HEAD for field in fields if field.name == name]
    own = [field for field in fields if field.name not in _HEAD and field.name not in SHARED]
    return head + own, [field for field in fields if field.name in SHARED]


def holds_tasks(form: Form) -> bool:
    return isinstance(form, ListOf) and isinstance(form.item, AnyTask)


def is_case(form: Form) -> bool:
    """Whether these are the cases of a branch: here the list of their conditions."""
    return isinstance(form, ListOf) and isinstance(form.item, PartOf) and form.item.models[0].__name__ == "Case"


def task_defs() -> dict[str, Json]:
    """The definitions of the tasks and of what they refer to, by name; `Task` is any of them."""
    defs: dict[str, Json] = {"Task": {"anyOf": [{"$ref": f"#/$defs/{each.__name__}"} for each in TASKS.values()]}}
    for kind, model in TASKS.items():
        own, settings = task_fields(model)
        properties: dict[str, Json] = {"kind": {"type": "string", "const": kind}}
        for field in own:
            properties |= _task_property(field, defs)
            if field.name == "id":
                properties |= {"parent": {"type": ["string", "null"]}, "slot": {"type": ["string", "null"]}}
        name = next(name for base, name in _SETTINGS if issubclass(model, base))
        defs.setdefault(name, _object({field.key: _property(field, defs) for field in settings}))
        properties["settings"] = {"anyOf": [{"$ref": f"#/$defs/{name}"}, _NULL]}
        defs[model.__name__] = _object(properties)
    return defs


def _task_property(field: Field, defs: dict[str, Json]) -> dict[str, Json]:
    if isinstance(field.form, Either) and isinstance(field.form.forms[0], Text):  # an expression, or literals
        return {field.key: {"type": ["string", "null"]}, "literals": {"type": ["array", "null"], "items": _TEXT}}
    return {field.key: _TEXTS if is_case(field.form) else _property(field, defs)}


def _property(field: Field, defs: dict[str, Json]) -> Json:
    schema = _schema(field.form, defs)
    if field.is_required:
        return schema
    if "$ref" in schema:
        return {"anyOf": [schema, _NULL]}
    if "anyOf" in schema:
        return {"anyOf": [*schema["anyOf"], _NULL]}
    found = schema | {"type": [schema["type"], "null"]}
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    return found


def _schema(form: Form, defs: dict[str, Json]) -> dict[str, Json]:
    match form:
        case Text() | AnyValue() | SchemaValue() | Either():
            return {"type": "string"}
        case Word((value,)):
            return {"type": "string", "const": value}
        case Word(values):
            return {"type": "string", "enum": list(values)}
        case Number(is_integer):
            return {"type": "integer" if is_integer else "number"}
        case Truth():
            return {"type": "boolean"}
        case AnyTask():
            return {"$ref": "#/$defs/Task"}
        case ListOf(item):
            return {"type": "array", "items": _schema(item, defs)}
        case MapOf():
            defs.setdefault("Named", _object({"name": _TEXT, "value": _TEXT}))
            return {"type": "array", "items": {"$ref": "#/$defs/Named"}}
        case PartOf(models):
            for model in models:
                _define(model, defs)
            references = [{"$ref": f"#/$defs/{model.__name__}"} for model in models]
            return {"anyOf": references} if len(references) > 1 else references[0]


def _define(model: type[Part], defs: dict[str, Json]) -> None:
    if model.__name__ not in defs:
        defs[model.__name__] = _object({field.key: _property(field, defs) for field in forms_of(model)})


def _object(properties: dict[str, Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
