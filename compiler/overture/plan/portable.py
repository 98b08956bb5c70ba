"""The nearest portable form of a schema for a model's answer (models.md, "the portable set").

Servers that hold a model to a schema agree on a small part of JSON Schema: the root is an object, every property is
required, none is added, and limits on texts, numbers and lists are not known. What is dropped is told in the
description, for the model to read, and checked by us in full.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from overture.expressions.types import Json

_DROPPED = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "format")
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


@dataclass(frozen=True, slots=True)
class Portable:
    """`schema` as it is sent. `is_strict`: all of it can be held to. `is_wrapped`: the value stands in `{value}`."""

    schema: dict[str, Json]
    is_strict: bool
    is_wrapped: bool


def portable(schema: Mapping[str, Json]) -> Portable:
    """The form in which a schema of the language is sent."""
    builder = _Builder()
    form = builder.form(schema)
    is_wrapped = schema.get("type") != "object"
    if is_wrapped:
        form = _object({"value": form})
    return Portable(form, builder.is_strict, is_wrapped)


def unpadded(value: Json, schema: Mapping[str, Json]) -> Json:
    """An answer without the nulls that stand for properties that it may lack: in the form that was sent, every property
    had to be there."""
    if isinstance(value, list):
        items = schema.get("items") or {}
        return [unpadded(item, items) for item in value]
    if not isinstance(value, dict):
        return value
    properties: Mapping[str, Mapping[str, Json]] = schema.get("properties") or {}
    required = schema.get("required") or ()
    return {
        key: unpadded(item, properties.get(key) or {})
        for key, item in value.items()
        if item is not None or key not in properties or key in required or _may_be_null(properties[key])
    }


def _may_be_null(schema: Mapping[str, Json]) -> bool:
    if "enum" in schema:
        return None in schema["enum"]
    kinds = _kinds(schema)
    return not kinds or "null" in kinds


def _kinds(schema: Mapping[str, Json]) -> list[str]:
    kinds = schema.get("type")
    return [kinds] if isinstance(kinds, str) else list(kinds or ())


class _Builder:
    def __init__(self) -> None:
        self.is_strict = True

    def form(self, schema: Mapping[str, Json]) -> dict[str, Json]:
        form: dict[str, Json] = {}
        if "enum" in schema:
            values = schema["enum"]
            if any(type(value) not in _TYPES for value in values):
                self.is_strict = False
                form = {"enum": values}
            else:
                kinds = list(dict.fromkeys(_TYPES[type(value)] for value in values))
                form = {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": values}
        else:
            choices = _kinds(schema)
            if not choices:
                self.is_strict = False  # anything: no portable word for it
            forms = [self._of_type(kind, schema) for kind in choices]
            form = forms[0] if len(forms) == 1 else {"anyOf": forms} if forms else {}
        described = _description(schema)
        return form | ({"description": described} if described else {})

    def _of_type(self, kind: str, schema: Mapping[str, Json]) -> dict[str, Json]:
        if kind == "array":
            if not schema.get("items"):
                self.is_strict = False
                return {"type": "array"}
            return {"type": "array", "items": self.form(schema["items"])}
        if kind != "object":
            return {"type": kind}
        properties: Mapping[str, Mapping[str, Json]] = schema.get("properties") or {}
        if not properties or isinstance(schema.get("additionalProperties"), Mapping):
            self.is_strict = False  # a map: its keys are not known beforehand
            return {key: value for key, value in schema.items() if key not in ("description", "default")}
        required = schema.get("required") or ()
        return _object(
            {name: self.form(each) if name in required else self._optional(each) for name, each in properties.items()}
        )

    def _optional(self, schema: Mapping[str, Json]) -> dict[str, Json]:
        form = self.form(schema)
        return form if _may_be_null(schema) else {"anyOf": [form, {"type": "null"}]}


def _object(properties: dict[str, Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _description(schema: Mapping[str, Json]) -> str:
    dropped = {key: schema[key] for key in _DROPPED if key in schema}
    limits = f"({json.dumps(dropped, ensure_ascii=False)[1:-1]})" if dropped else ""
    return " ".join(filter(None, (schema.get("description"), limits)))
