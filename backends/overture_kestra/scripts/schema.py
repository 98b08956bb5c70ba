"""Whether data fits a JSON Schema, in the keywords that the workflow language knows."""

import math
import re
from collections.abc import Iterator
from typing import Any

from step import Failed, show  # type: ignore[import-not-found]

KINDS: dict[type, str] = {str: "string", list: "array", dict: "object"}


def kind_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return KINDS[type(value)]


def same(a: Any, b: Any) -> bool:
    if kind_of(a) != kind_of(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return bool(a == b)


def misfits(value: Any, schema: Any, at: str = "$") -> Iterator[str]:
    """How a value breaks a JSON Schema, a line for each way."""
    if schema is True:
        return
    if schema is False:
        yield f"{at} is not allowed"
        return
    kind = kind_of(value)
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    is_whole = kind == "number" and (isinstance(value, int) or value.is_integer())
    if types and kind not in types and not ("integer" in types and is_whole):
        yield f"{at} must be {' or '.join(types)}, is {kind}"
        return
    if "enum" in schema and not any(same(value, each) for each in schema["enum"]):
        yield f"{at} must be one of {show(schema['enum'])}"
    if "const" in schema and not same(value, schema["const"]):
        yield f"{at} must be {show(schema['const'])}"
    if kind == "object":
        yield from object_misfits(value, schema, at)
    elif kind == "array":
        if len(value) < schema.get("minItems", 0):
            yield f"{at} needs at least {schema['minItems']} items"
        if len(value) > schema.get("maxItems", math.inf):
            yield f"{at} takes at most {schema['maxItems']} items"
        for index, item in enumerate(value):
            yield from misfits(item, schema.get("items", True), f"{at}[{index}]")
    elif kind == "string":
        if len(value) < schema.get("minLength", 0):
            yield f"{at} is shorter than {schema['minLength']} characters"
        if len(value) > schema.get("maxLength", math.inf):
            yield f"{at} is longer than {schema['maxLength']} characters"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{at} must match {schema['pattern']}"
    elif kind == "number":
        if value < schema.get("minimum", -math.inf):
            yield f"{at} must be at least {schema['minimum']}"
        if value > schema.get("maximum", math.inf):
            yield f"{at} must be at most {schema['maximum']}"


def object_misfits(value: dict[str, Any], schema: Any, at: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            yield f"{at}.{name} is missing"
    for name, item in value.items():
        yield from misfits(item, properties.get(name, schema.get("additionalProperties", True)), f"{at}.{name}")


def check(value: Any, schema: Any) -> Any:
    """Refuses a value that does not fit."""
    wrong = list(misfits(value, schema))
    if wrong:
        more = f" (and {len(wrong) - 3} more)" if len(wrong) > 3 else ""
        raise Failed("returns", "; ".join(wrong[:3]) + more)
    return value
