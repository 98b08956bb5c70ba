"""Random schemas and values that fit them (language.md 1): what a generated workflow is given and what it declares.

A schema is a plain JSON Schema of the subset; `kinds_of` says which kinds of value it allows.
"""

from __future__ import annotations

import random
from typing import Any

Json = Any
Schema = dict[str, Any]

KEYS = ("a", "b", "name", "id", "kind", "items", "keys", "values", "done", "due", "size", "owner", "tags")
TEXTS = (
    "",
    "a",
    "b",
    "Ab c",
    "42",
    "-7",
    "1.5",
    "x,y",
    "é 日本",
    "line\nline",
    "{{ a }}",
    "..",
    "null",
    "🙂",
    "A" * 40,
)
DATES = ("2026-01-31T09:00:00Z", "2024-02-29T23:59:59+05:30", "2026-03-29T01:30:00Z", "1999-12-31T00:00:00Z")
WORDS = ("bug", "feature", "question", "done", "open", "a", "b")
INTEGERS = (0, 1, 2, 3, 5, 7, -1, -4, 10, 100)
NUMBERS = (0.5, -1.25, 2.0, 1e-7, 3, 0, 12.75)

STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
DATE: Schema = {"type": "string", "format": "date-time"}
ANYTHING: Schema = {}


def list_of(items: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": items} | ({"minItems": least} if least else {})


def object_of(properties: dict[str, Schema], optional: frozenset[str] = frozenset()) -> Schema:
    required = [key for key in properties if key not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def kinds_of(schema: Schema) -> frozenset[str]:
    """The kinds that a schema allows; of one that says nothing, all."""
    if "enum" in schema:
        return frozenset(_kind(value) for value in schema["enum"])
    declared = schema.get("type", ["null", "boolean", "number", "string", "array", "object"])
    return frozenset([declared] if isinstance(declared, str) else declared)


def _kind(value: Json) -> str:
    names = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object")


def nullable(schema: Schema) -> Schema:
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]} if None not in schema["enum"] else schema
    return {**schema, "type": sorted({*kinds_of(schema), "null"})}


def without_null(schema: Schema) -> Schema:
    if "enum" in schema:
        return {**schema, "enum": [value for value in schema["enum"] if value is not None]}
    kinds = sorted(kinds_of(schema) - {"null"})
    if "null" not in kinds_of(schema) or "type" not in schema:
        return schema
    return {**schema, "type": kinds[0] if len(kinds) == 1 else kinds}


def random_schema(rng: random.Random, depth: int = 2) -> Schema:
    """A schema: scalars, enums, lists and objects with optional, nullable and undeclared properties, unions."""
    roll = rng.random()
    if depth > 0 and roll < 0.22:
        found = list_of(random_schema(rng, depth - 1), rng.choice((0, 0, 0, 1, 2)))
    elif depth > 0 and roll < 0.5:
        found = random_object(rng, depth - 1)
    elif roll < 0.6:
        found = {"enum": rng.sample(WORDS, rng.randint(1, 3))}
    elif roll < 0.64:
        found = {"enum": rng.sample(INTEGERS, rng.randint(1, 3))}
    elif roll < 0.68:
        found = {"type": sorted(rng.sample(("string", "integer", "boolean"), 2))}
    else:
        found = dict(rng.choice((STRING, STRING, INTEGER, INTEGER, NUMBER, BOOLEAN, DATE)))
    return nullable(found) if rng.random() < 0.15 else found


def random_object(rng: random.Random, depth: int) -> Schema:
    keys = rng.sample(KEYS, rng.randint(1, 4))
    optional = frozenset(key for key in keys if rng.random() < 0.3)
    found = object_of({key: random_schema(rng, depth) for key in keys}, optional)
    roll = rng.random()
    if roll < 0.25:
        del found["additionalProperties"]
    elif roll < 0.35:
        found["additionalProperties"] = {"type": "string"}
    return found


def random_value(rng: random.Random, schema: Schema) -> Json:
    """A value that fits a schema; of a schema that says nothing, any value."""
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kind = rng.choice(sorted(kinds_of(schema)))
    match kind:
        case "null":
            return None
        case "boolean":
            return rng.random() < 0.5
        case "integer":
            return rng.choice(INTEGERS)
        case "number":
            return rng.choice(NUMBERS)
        case "string":
            return rng.choice(DATES if schema.get("format") == "date-time" else TEXTS)
        case "array":
            most = max(schema.get("minItems", 0), rng.choice((0, 1, 1, 2, 3, 4)))
            items = [random_value(rng, schema.get("items", STRING)) for _ in range(most)]
            return [rng.choice(items) for _ in items] if items and rng.random() < 0.2 else items
    return _random_object_value(rng, schema)


def _random_object_value(rng: random.Random, schema: Schema) -> Json:
    found: dict[str, Json] = {}
    for key, inner in schema.get("properties", {}).items():
        if key in schema.get("required", ()) or rng.random() < 0.5:
            found[key] = random_value(rng, inner)
    rest = schema.get("additionalProperties", ANYTHING)
    if rest is not False and rng.random() < 0.4:
        found["extra"] = random_value(rng, rest or INTEGER)
    return found
