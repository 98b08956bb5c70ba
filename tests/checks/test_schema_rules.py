"""A schema that accepts nothing, or asks for what nobody checks, is told at the word that is wrong."""

from __future__ import annotations

import pytest
from checking import told, verdict


def _returns(schema: str) -> list[tuple[str, str, str]]:
    return told(f'tasks:\n  - {{id: a, kind: http, url: "https://example.com", returns: {schema}}}\n')


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ("{type: strin}", "strin"),
        ("{type: integer, minimum: 3, maximum: 1}", "3"),
        ("{type: integer, minimum: 1.2, maximum: 1.8}", "1.2"),
        ("{type: string, minLength: 3, maxLength: 1}", "3"),
        ("{type: array, minItems: 3, maxItems: 1}", "3"),
        ("{enum: []}", "[]"),
        ("{type: string, enum: [a, 2]}", "2"),
        ("{type: string, maxLength: 2, enum: [ab, abc]}", "abc"),
        ("{minimum: 3, enum: [1, 5]}", "1"),
        ("{pattern: '^c', enum: [a, b]}", "[a, b]"),
        ("{type: string, format: date, enum: [soon]}", "soon"),
        ("{type: array, items: {enum: []}, minItems: 1}", "[]"),
        ("{type: object, properties: {a: {enum: []}}, required: [a]}", "[]"),
        ("{type: object, properties: {a: {type: integer}}, required: [b], additionalProperties: false}", "b"),
        ("{type: object, properties: {a: {type: array, items: {minimum: 2, maximum: 1}}}}", "2"),
        ("{type: string, pattern: '('}", "'('"),
        ("{oneOf: [{type: string}]}", "oneOf"),
        ("{type: object, property: {a: {type: string}}}", "property"),
        ("{type: string, default: a}", "default"),
    ],
)
def test_a_schema_that_accepts_nothing_or_is_none_is_an_error(schema: str, place: str) -> None:
    assert _returns(schema) == [("OV313", "error", place)]


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ("{type: string, minimum: 3}", "minimum"),
        ("{type: integer, maxLength: 3}", "maxLength"),
        ("{type: array, properties: {a: {type: string}}}", "properties"),
        ("{type: [string, 'null'], items: {type: string}}", "items"),
        ("{enum: [a, b], minItems: 1}", "minItems"),
        ("{type: array, items: {type: object, minLength: 1}}", "minLength"),
        ("{type: string, format: emial}", "emial"),
        ("{type: string, format: datetime}", "datetime"),
        ("{type: object, properties: {title: {type: string}}, required: [titel]}", "titel"),
    ],
)
def test_a_word_that_checks_nothing_is_a_warning(schema: str, place: str) -> None:
    assert _returns(schema) == [("OV316", "warning", place)]


@pytest.mark.parametrize(
    "schema",
    [
        "{type: integer, minimum: 3, maximum: 3}",
        "{type: number, minimum: 1.2, maximum: 1.8}",
        "{type: [string, integer], minLength: 1, minimum: 1}",
        "{minLength: 1}",
        "{enum: [a, null]}",
        "{type: string, maxLength: 3, pattern: '^a', enum: [a, abc]}",
        "{type: string, format: password}",
        "{type: string, format: int32}",
        "{type: object, properties: {a: {type: string}}, required: [a, other]}",
        "{type: object, properties: {title: {type: string}, titel: {type: string}}, required: [titel]}",
        "{type: object, properties: {minimum: {type: string}, required: {type: boolean}}, required: [minimum]}",
    ],
)
def test_a_sound_schema_is_neither(schema: str) -> None:
    assert _returns(schema) == []


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("{type: integer, default: many}", "it must be an integer, not a string"),
        ("{enum: [a], default: b}", 'it is `"b"`, none of `a`'),
        ("{type: string, minLength: 3, default: ab}", "it must have at least 3 characters, not 2"),
        ("{type: string, format: date, default: soon}", "it is no `date`"),
        ("{type: array, items: {type: integer}, default: [1, a]}", "`$[1]` must be an integer, not a string"),
    ],
)
def test_a_default_fits_its_schema(schema: str, message: str) -> None:
    flow = 'inputs: {x: %s}\ntasks: [{id: a, kind: log, message: "{{ inputs.x }}"}]\n'
    found = verdict(flow % schema).diagnostics
    assert [(each.code, each.message) for each in found] == [("OV313", f"the default does not fit: {message}")]
    kept = verdict(flow.replace("inputs: ", "state: ").replace("inputs.x", "state.x") % schema).diagnostics
    assert [(each.code, each.message) for each in kept] == [("OV313", f"the default does not fit: {message}")]


def test_a_schema_with_a_mistake_is_not_looked_into_further() -> None:
    assert [each[0] for each in _returns("{type: string, minimum: 3, oneOf: []}")] == ["OV313"]
    assert [each[0] for each in _returns("{type: 3, minimum: a, enum: b, required: c, properties: []}")] == [
        "OV313"
    ] * 5
