"""The JSON Schema of a workflow (2020-12), from the models: for editors, and for whoever wants to check a shape
without us.

A task is told apart by its `kind` with `if` and `then`, so that a mistake is reported at the field that holds it, not
as "fits none of 22".
"""

from __future__ import annotations

import json
from inspect import cleandoc
from typing import get_args

from overture.expressions.types import Json
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
from overture.language.roles import Role
from overture.language.tasks import KINDS, TASKS, Part
from overture.language.validation import Misfit, validate
from overture.language.workflow import Workflow

__all__ = ["FILE", "Misfit", "schema_text", "shipped_schema", "validate", "workflow_schema"]

FILE = "workflow.v1.schema.json"
"""The name under which the schema ships, in the package `overture_schemas`."""

_EXPRESSIONS = frozenset((Role.EXPRESSION, Role.EXPRESSIONS, Role.OUTPUTS))
_TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
_TYPE = {"enum": _TYPES}


def workflow_schema() -> dict[str, Json]:
    """The schema of the canonical form."""
    defs: dict[str, Json] = {"Task": _task(), "Schema": _SCHEMA}
    root = _object(Workflow, defs)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Overture workflow",
        **root,
        "type": "object",
        "$defs": {name: defs[name] for name in ("Task", "Schema", *sorted(defs.keys() - {"Task", "Schema"}))},
    }


def schema_text(schema: dict[str, Json]) -> str:
    """A schema as it is printed and shipped: the same bytes each time."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def shipped_schema() -> str:
    """The text of the schema that ships with the product."""
    from importlib import resources

    return resources.files("overture_schemas").joinpath(FILE).read_text(encoding="utf-8")


def _task() -> Json:
    return {
        "description": "A task; its `kind` says what it does.",
        "type": "object",
        "required": ["id", "kind"],
        "properties": {
            "id": {"description": "unique in the whole document"},
            "kind": {
                "description": "what the task does",
                "enum": list(KINDS),
                "enumDescriptions": [_doc(TASKS[kind]) for kind in KINDS],  # editors show them
            },
        },
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/{TASKS[kind].__name__}"},
            }
            for kind in KINDS
        ],
    }


def _object(model: type[Part], defs: dict[str, Json]) -> dict[str, Json]:
    """A class without `type`: who refers to it says whether null may stand there too."""
    fields = forms_of(model)
    return {
        "description": _doc(model),
        "properties": {field.key: _property(field, defs) for field in fields},
        "required": [field.key for field in fields if field.is_required],
        "additionalProperties": False,
    }


def _property(field: Field, defs: dict[str, Json]) -> dict[str, Json]:
    found: dict[str, Json] = {
        "description": field.description + (" (expression)" if field.role in _EXPRESSIONS else "")
    }
    found |= _schema(field.form, defs)
    if not field.is_required:
        if "type" in found:
            types = found["type"] if isinstance(found["type"], list) else [found["type"]]
            found["type"] = [*types, "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
        if field.default is not None:
            found["default"] = list(field.default) if isinstance(field.default, tuple) else field.default
    return found


def _schema(form: Form, defs: dict[str, Json]) -> dict[str, Json]:
    match form:
        case Text(pattern, min_length):
            return _without_none({"type": "string", "pattern": pattern, "minLength": min_length})
        case Word(values):
            return {"const": values[0]} if len(values) == 1 else {"type": "string", "enum": list(values)}
        case Number(is_integer, minimum, maximum):
            kind = "integer" if is_integer else "number"
            return _without_none({"type": kind, "minimum": minimum, "maximum": maximum})
        case Truth():
            return {"type": "boolean"}
        case AnyValue():
            return {}
        case SchemaValue():
            return {"type": "object", "$ref": "#/$defs/Schema"}
        case ListOf(item, min_items):
            return _without_none({"type": "array", "items": _schema(item, defs), "minItems": min_items})
        case MapOf(key, value, min_items):
            names = _without_none({"pattern": key.pattern})
            inner = _schema(value, defs)
            return _without_none(
                {
                    "type": "object",
                    "propertyNames": names or None,
                    "additionalProperties": inner or None,
                    "minProperties": min_items,
                }
            )
        case Either(forms):
            return _either(forms, defs)
        case PartOf(models, tag):
            return _part(models, tag, defs)
        case AnyTask():
            for model in TASKS.values():
                _define(model, defs)
            return {"$ref": "#/$defs/Task"}


def _either(forms: tuple[Form, ...], defs: dict[str, Json]) -> dict[str, Json]:
    """Keywords of one JSON type say nothing of another: the union is all of them side by side."""
    found: dict[str, Json] = {"type": []}
    for form in forms:
        schema = _schema(form, defs)
        found["type"].append(schema.pop("type"))
        assert not found.keys() & schema.keys()
        found |= schema
    return found


def _part(models: tuple[type[Part], ...], tag: str | None, defs: dict[str, Json]) -> dict[str, Json]:
    for model in models:
        _define(model, defs)
    if tag is None:
        return {"type": "object", "$ref": f"#/$defs/{models[0].__name__}"}
    tags = {get_args(model.model_fields[tag].annotation)[0]: model for model in models}
    return {
        "type": "object",
        "required": [tag],
        "properties": {tag: {"enum": list(tags)}},
        "allOf": [
            {
                "if": {"properties": {tag: {"const": word}}, "required": [tag]},
                "then": {"$ref": f"#/$defs/{model.__name__}"},
            }
            for word, model in tags.items()
        ],
    }


def _define(model: type[Part], defs: dict[str, Json]) -> None:
    if model.__name__ not in defs:
        defs[model.__name__] = {}  # a block refers to tasks, and so to itself
        defs[model.__name__] = _object(model, defs)


def _doc(model: type[Part]) -> str:
    return cleandoc(model.__doc__ or "").replace("\n", " ")


def _without_none(schema: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in schema.items() if value is not None}


_SELF = {"$ref": "#/$defs/Schema"}
_COUNT = {"type": "integer", "minimum": 0}
_SCHEMA: dict[str, Json] = {
    "description": "A JSON Schema, of the part that the language knows (2020-12).",
    "properties": {
        "type": {
            "description": "one type, or several",
            "anyOf": [_TYPE, {"type": "array", "items": _TYPE, "minItems": 1, "uniqueItems": True}],
        },
        "description": {"description": "what the value is", "type": "string"},
        "enum": {"description": "the only values", "type": "array", "minItems": 1},
        "default": {"description": "the value when none is given; for inputs and state"},
        "items": {"description": "what each item is", "type": "object", **_SELF},
        "properties": {
            "description": "what each property is",
            "type": "object",
            "additionalProperties": {"type": "object", **_SELF},
        },
        "required": {
            "description": "properties that must be there",
            "type": "array",
            "items": {"type": "string"},
        },
        "additionalProperties": {
            "description": "what properties that are not declared are; false: there are none",
            "type": ["boolean", "object"],
            **_SELF,
        },
        "minimum": {"description": "the least number", "type": "number"},
        "maximum": {"description": "the greatest number", "type": "number"},
        "minLength": {"description": "least characters", **_COUNT},
        "maxLength": {"description": "most characters", **_COUNT},
        "minItems": {"description": "least items", **_COUNT},
        "maxItems": {"description": "most items", **_COUNT},
        "pattern": {"description": "a pattern that is found in the text", "type": "string"},
        "format": {"description": "such as date-time, date, email, uri", "type": "string"},
    },
    "additionalProperties": False,
}
