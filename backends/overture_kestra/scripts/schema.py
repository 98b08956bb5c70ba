"""Whether data fits a JSON Schema, in the keywords that the workflow language knows."""

import re
from collections.abc import Iterator
from typing import Any

from step import Failed, show  # type: ignore[import-not-found]

KINDS = {str: "string", list: "array", dict: "object", bool: "boolean", int: "number", float: "number"}


def kind_of(value: Any) -> str:
    return "null" if value is None else KINDS[type(value)]


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
    if isinstance(schema, bool):
        if not schema:
            yield f"{at} is not allowed"
        return
    kind = kind_of(value)
    if "type" in schema:
        types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        is_whole = kind == "number" and (isinstance(value, int) or value.is_integer())
        if kind not in types and not ("integer" in types and is_whole):
            yield f"{at} must be {' or '.join(types)}, is {kind}"
            return
    if "enum" in schema and not any(same(value, each) for each in schema["enum"]):
        yield f"{at} must be one of {show(schema['enum'])}"
    if "const" in schema and not same(value, schema["const"]):
        yield f"{at} must be {show(schema['const'])}"
    if "minItems" in schema and kind == "array" and len(value) < schema["minItems"]:
        yield f"{at} needs at least {schema['minItems']} items"
    if "maxItems" in schema and kind == "array" and len(value) > schema["maxItems"]:
        yield f"{at} takes at most {schema['maxItems']} items"
    if "minLength" in schema and kind == "string" and len(value) < schema["minLength"]:
        yield f"{at} is shorter than {schema['minLength']} characters"
    if "maxLength" in schema and kind == "string" and len(value) > schema["maxLength"]:
        yield f"{at} is longer than {schema['maxLength']} characters"
    if "pattern" in schema and kind == "string" and not re.search(schema["pattern"], value):
        yield f"{at} must match {schema['pattern']}"
    if "minimum" in schema and kind == "number" and value < schema["minimum"]:
        yield f"{at} must be at least {schema['minimum']}"
    if "maximum" in schema and kind == "number" and value > schema["maximum"]:
        yield f"{at} must be at most {schema['maximum']}"
    if "required" in schema and kind == "object":
        for name in schema["required"]:
            if name not in value:
                yield f"{at}.{name} is missing"
    if "properties" in schema and kind == "object":
        for name, inner in schema["properties"].items():
            if name in value:
                yield from misfits(value[name], inner, f"{at}.{name}")
    if "additionalProperties" in schema and kind == "object":
        for name in value:
            if name not in schema.get("properties", {}):
                yield from misfits(value[name], schema["additionalProperties"], f"{at}.{name}")
    if "items" in schema and kind == "array":
        for index, item in enumerate(value):
            yield from misfits(item, schema["items"], f"{at}[{index}]")


def check(value: Any, schema: Any) -> Any:
    """Refuses a value that does not fit."""
    wrong = list(misfits(value, schema))
    if wrong:
        more = f" (and {len(wrong) - 3} more)" if len(wrong) > 3 else ""
        raise Failed("returns", "; ".join(wrong[:3]) + more)
    return value
