"""`ai` tasks: one question to a model over the Chat Completions protocol."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from overture.expressions.types import Json
from overture.plan.python_source import python_literal
from overture_prefect.making import Maker

_DROPPED = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "format")


def lower_ai(maker: Maker) -> dict[str, str]:
    models = maker.literal("models")
    if models:
        named = python_literal(list(models))
    else:
        maker.imports("import os")
        named = '[os.environ["OVERTURE_MODEL"]]'
    options = [named, maker.rendered("prompt")]
    if maker.has("system"):
        options.append(f"system={maker.rendered('system')}")
    schema = maker.literal("returns")
    if schema is not None:
        maker.helper("fitting")
        options.append(f"schema={maker.program.schema(maker.task.id, schema)}")
        sent = portable(schema)
        if sent != schema:
            maker.imports("from typing import Any")
            name = f"{maker.task.id}_form"
            constant = maker.program.register.name(name.upper(), "constant", maker.task.id, "form")
            maker.program.module.constants[f"{constant}: dict[str, Any]"] = python_literal(sent)
            options.append(f"form={constant}")
    for name in ("temperature", "max_tokens"):
        if (value := maker.literal(name)) is not None:
            options.append(f"{name}={python_literal(value)}")
    call = f"await {maker.helper('ask')}({', '.join(options)})"
    read = maker.read_fields()
    if not read:
        maker.body.append(call)
        return {}
    names = {"value": "value", "model": "model", "usage": "usage"}
    maker.body.append(f"{', '.join(name if name in read else '_' for name in names)} = {call}")
    return names


def portable(schema: Mapping[str, Json]) -> dict[str, Any]:
    """The form in which servers take a schema: the root is an object, every property is required and none is added,
    limits are told in the description (they are checked when the answer is there)."""
    form = _form(schema)
    return form if schema.get("type") == "object" else _closed({"value": form})


def _form(schema: Mapping[str, Json]) -> dict[str, Any]:
    kinds = schema.get("type")
    choices = [kinds] if isinstance(kinds, str) else list(kinds or ())
    form: dict[str, Any]
    if "enum" in schema:
        form = {key: schema[key] for key in ("type", "enum") if key in schema}
        form.setdefault("type", _type_of(schema["enum"]))
    elif len(choices) == 1:
        form = _of_type(choices[0], schema)
    else:
        form = {"anyOf": [_of_type(each, schema) for each in choices]} if choices else {}
    dropped = {key: schema[key] for key in _DROPPED if key in schema}
    limits = f"({json.dumps(dropped, ensure_ascii=False)[1:-1]})" if dropped else ""
    description = " ".join(filter(None, (schema.get("description"), limits)))
    return form | ({"description": description} if description else {})


def _of_type(kind: str, schema: Mapping[str, Json]) -> dict[str, Any]:
    if kind == "array":
        return {"type": "array", "items": _form(schema.get("items") or {})}
    properties = schema.get("properties")
    if kind != "object" or not properties:
        return {"type": kind}
    required = schema.get("required") or ()
    return _closed({name: _form(each) if name in required else _maybe(each) for name, each in properties.items()})


def _maybe(schema: Mapping[str, Json]) -> dict[str, Any]:
    kinds = schema.get("type")
    if (kinds is None and "enum" not in schema) or "null" in (kinds or ()) or None in schema.get("enum", ()):
        return _form(schema)
    return {"anyOf": [_form(schema), {"type": "null"}]}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _type_of(values: list[Json]) -> str | list[str]:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    kinds = list(dict.fromkeys(names.get(type(value), "object") for value in values))
    return kinds[0] if len(kinds) == 1 else kinds
