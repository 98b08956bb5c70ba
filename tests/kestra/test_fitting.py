"""The jq condition that a JSON Schema becomes; that it holds for what fits is proven on the engine."""

from __future__ import annotations

from typing import Any

import pytest

from overture_kestra.fitting import all_of, fits
from overture_kestra.inexact import Inexact


@pytest.mark.parametrize(
    ("schema", "condition"),
    [
        ({"type": "string"}, 'type == "string"'),
        ({"type": ["string", "null"]}, 'type == "string" or . == null'),
        ({"type": "integer", "minimum": 1}, '(type == "number" and . == floor) and . >= 1'),
        ({"enum": ["a", None]}, '. == "a" or . == null'),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
            'type == "array" and length >= 1 and all(type == "string")',
        ),
        (
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {"type": "boolean"}}},
            'type == "object" and (.a | type == "string") and ((has("b") | not) or (.b | type == "boolean"))',
        ),
        ({"type": "object", "required": ["a"]}, 'type == "object" and has("a")'),
        (
            {"type": ["string", "integer"], "minLength": 2},
            '(type == "string" or (type == "number" and . == floor)) and (type != "string" or length >= 2)',
        ),
        ({}, ""),
    ],
)
def test_a_schema_is_a_condition(schema: dict[str, Any], condition: str) -> None:
    assert (all_of(fits(schema)) if fits(schema) else "") == condition


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^a$"},
        {"enum": [0, 1]},
        {"const": {"a": 1}},
        {"type": "number", "minimum": 0.1},
        {"type": "integer", "maximum": 2**60},
        {"type": "array", "items": {"oneOf": []}},
    ],
)
def test_what_jq_sees_otherwise_has_none(schema: dict[str, Any]) -> None:
    with pytest.raises(Inexact):
        fits(schema)
