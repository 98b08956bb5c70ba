"""`ai`: a script of the flow asks over the Chat Completions protocol.

Not Kestra's ChatCompletion by default: it rewrites the schema, checks nothing, repeats calls by itself and cannot say
which model answered.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from overture.expressions.tree import Expr
from overture.expressions.types import Json
from overture.plan.model import Task
from overture_kestra import carriers, model
from overture_kestra.carriers import Plain, Text
from overture_kestra.inexact import Inexact
from overture_kestra.model import Script, Value
from overture_kestra.pebble import json_text
from overture_kestra.place import Place
from overture_kestra.tasks.request import ScriptStep
from overture_kestra.timing import SHORT_SECONDS

BASE_URL = "{{ envs.openai_base_url ?? 'https://api.openai.com/v1' }}"
MODEL = "{{ envs.overture_model ?? '' }}"
WHY = "its own script: ChatCompletion rewrites the schema and does not check the answer"


def lower_ai(task: Task, place: Place) -> list[model.Task]:
    step = ScriptStep(task, place, "ask", "ask.json")
    literals = task.literals
    step.text("base_url", f'"{BASE_URL}"')
    models = literals.get("models")
    step.text("models", json_text(list(models)) if models else f'["{MODEL}"]')
    for name in ("temperature", "max_tokens"):
        if literals.get(name) is not None:
            step.literal(name, literals[name])
    if task.timeout_seconds is not None and task.timeout_seconds < SHORT_SECONDS:
        step.literal("seconds", task.timeout_seconds)
    value = task.results["value"]
    if (schema := literals.get("returns")) is not None:
        sent, is_wrapped = portable(schema)
        step.literal("returns", schema)
        if sent != schema:
            step.literal("schema", sent)
        if is_wrapped:
            step.literal("wrapped", True)
    if carriers.is_kept(value):
        step.literal("plain", True)
    for name in ("prompt", "system"):
        if name in task.fields:
            _text_file(step, name, task.fields[name])
    at = f"outputs.{task.id}.vars"
    results = place.lowering.results
    results[task.id, "value"] = Plain(f"{at}.value") if carriers.is_kept(value) else Text(f"{at}.value")
    results[task.id, "model"] = Plain(f"{at}.model")
    results[task.id, "usage"] = Plain(f"{at}.usage")
    env: dict[str, Value] = {"OPENAI_API_KEY": "{{ secret('OPENAI_API_KEY') }}"}
    return [replace(step.build(task.id, {"env": env}), comment=WHY)]


def _text_file(step: ScriptStep, name: str, tree: Expr) -> None:
    """A text in a file of its own, as it would be written by hand; computed where Pebble cannot render it."""
    step.trees.append(tree)
    try:
        step.files[f"{name}.txt"] = Script(step.place.pebble.text(tree))
    except Inexact:
        step.computed[name] = tree


_DROPPED = frozenset(
    ("default", "title", "format", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum")
)


def portable(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The nearest schema that servers which hold a model to it take: closed objects whose properties are all required,
    no bounds; and whether it was wrapped in an object with the key `value`."""
    sent = _portable(schema)
    if sent.get("type") == "object":
        return sent, False
    wrapper = {"type": "object", "properties": {"value": sent}, "required": ["value"], "additionalProperties": False}
    return wrapper, True


def _portable(schema: Any) -> dict[str, Any]:
    if not isinstance(schema, dict):
        return {}
    found = {key: value for key, value in schema.items() if key not in _DROPPED}
    if "enum" in found and "type" not in found:
        found["type"] = _types_of(found["enum"])
    if "items" in found:
        found["items"] = _portable(found["items"])
    if "properties" in found or _is_object(found):
        properties = found.get("properties", {})
        required = set(found.get("required", []))
        found["properties"] = {
            name: _portable(each) if name in required else _nullable(_portable(each))
            for name, each in properties.items()
        }
        found["required"] = list(properties)
        found["additionalProperties"] = False
        found.setdefault("type", "object")
    return found


def _is_object(schema: dict[str, Any]) -> bool:
    return bool(schema.get("type") == "object" or "object" in (schema.get("type") or ()))


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """What may be missing is sent as what may be null."""
    types = schema.get("type")
    if types is None:
        return schema
    types = [types] if isinstance(types, str) else list(types)
    found = {**schema, "type": types if "null" in types else [*types, "null"]}
    if "enum" in found and None not in found["enum"]:
        found["enum"] = [*found["enum"], None]
    return found


def _types_of(values: list[Json]) -> Any:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    types = sorted({names.get(type(value), "object") for value in values})
    return types[0] if len(types) == 1 else types
