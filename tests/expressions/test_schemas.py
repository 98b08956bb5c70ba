"""Types and schemas: what is known, what fits, what is wrong with a schema."""

from __future__ import annotations

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overture.expressions.schemas import (
    describe,
    is_assignable,
    misfit,
    schema_problems,
    type_of_schema,
    type_of_value,
    union,
)
from overture.expressions.types import ANY, BOOLEAN, INTEGER, KINDS, NOTHING, NULL, NUMBER, STRING, Json, Type, kind_of
from overture.expressions.values import equal, identity


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({}, "anything"),
        ({"type": "integer"}, "integer"),
        ({"type": ["integer", "number"]}, "number"),
        ({"type": ["string", "null"]}, "text or null"),
        ({"enum": ["a", 1, None]}, "'a' or 1 or null"),
        ({"type": "string", "enum": ["a", 1]}, "'a'"),
        (
            {"type": "array", "items": {"type": "object", "properties": {"number": {}, "title": {}}}},
            "list of {number, title}",
        ),
        ({"type": "array"}, "list"),
        ({"type": "object"}, "object"),
        ({"type": "nonsense"}, "anything"),
        ({"type": 3, "properties": [], "items": [], "required": 1, "enum": {}}, "anything"),
    ],
)
def test_a_schema_is_a_type(schema: Json, words: str) -> None:
    assert describe(type_of_schema(schema)) == words


def test_all_that_a_schema_says_is_kept() -> None:
    found = type_of_schema(
        {
            "type": ["object", "array", "string"],
            "properties": {"a": {"type": "integer"}, "b": {}},
            "required": ["a"],
            "additionalProperties": {"type": "boolean"},
            "items": {"type": "string"},
            "minItems": 1.0,
            "maxItems": 3,
            "pattern": "^a",
            "format": "uri",
        }
    )
    assert (found.at("a"), found.at("b"), found.at("c"), found.item) == (INTEGER, ANY, BOOLEAN, STRING)
    assert (found.required, found.is_closed, found.min_items, found.max_items) == ({"a"}, False, 1, 3)
    assert (found.pattern, found.format) == ("^a", "uri")
    assert type_of_schema({"additionalProperties": False}).is_closed


@pytest.mark.parametrize(
    ("given", "wanted", "reason"),
    [
        (STRING, INTEGER, "text, not integer"),
        (NUMBER, INTEGER, None),
        (INTEGER, NUMBER, None),
        (union(INTEGER, NULL), INTEGER, None),
        (union(INTEGER, NULL), STRING, "integer or null, not text"),
        (ANY, INTEGER, None),
        (INTEGER, ANY, None),
        (NOTHING, INTEGER, None),
        (type_of_value("c"), type_of_schema({"enum": ["a", "b"]}), "'c', not 'a' or 'b'"),
        (type_of_value({"a": 1}), type_of_schema({"type": "object", "required": ["b"]}), "`b` is not there"),
        (
            type_of_value({"a": {"b": 1}}),
            type_of_schema(
                {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": {"type": "string"}}}}}
            ),
            "`a.b` is 1, not text",
        ),
        (
            type_of_value({"a": 1}),
            type_of_schema({"type": "object", "additionalProperties": False}),
            "`a` is not expected",
        ),
        (
            type_of_schema({"type": "object", "properties": {"a": {"type": "string"}}}),
            type_of_schema({"type": "object", "properties": {"a": {"type": "integer"}}}),
            None,  # the property may be missing
        ),
        (type_of_value([1]), type_of_schema({"type": "array", "items": {"type": "string"}}), "`[]` is 1, not text"),
        (
            type_of_value([]),
            type_of_schema({"type": "array", "minItems": 1}),
            "the list has at most 0 items, not at least 1",
        ),
        (
            type_of_value([1, 2]),
            type_of_schema({"type": "array", "maxItems": 1}),
            "the list has at least 2 items, not at most 1",
        ),
        (
            type_of_schema({"type": "array", "items": {"type": "string"}}),
            type_of_schema({"type": "array", "items": {"type": "integer"}}),
            None,  # it may be empty
        ),
    ],
)
def test_only_what_certainly_does_not_fit_is_said(given: Type, wanted: Type, reason: str | None) -> None:
    assert misfit(given, wanted) == reason
    assert is_assignable(given, wanted) is (reason is None)


@pytest.mark.parametrize(
    ("schema", "pointer", "message"),
    [
        (3, "", "a schema is an object, not an integer"),
        ({"type": "int"}, "/type", "there is no type `int`"),
        ({"type": None}, "/type", "a type is a text, not null"),
        ({"type": []}, "/type", "the list of types is empty: nothing would fit"),
        ({"type": ["string", "strng"]}, "/type/1", "there is no type `strng`"),
        ({"type": ["string", "string"]}, "/type", "a type stands there twice"),
        ({"const": 1}, "/const", "schemas have no keyword `const` here"),
        ({"anyOf": []}, "/anyOf", "schemas have no keyword `anyOf` here"),
        ({"default": 1}, "/default", "schemas have no keyword `default` here"),
        ({"a/b~c": 1}, "/a~1b~0c", "schemas have no keyword `a/b~c` here"),
        ({"enum": []}, "/enum", "`enum` is empty: nothing would fit"),
        ({"enum": "a"}, "/enum", "`enum` is a list, not a text"),
        ({"enum": [1, 1.0]}, "/enum", "a value stands in `enum` twice"),
        ({"type": "integer", "enum": [1, "a"]}, "/enum/1", "this is a text, but `type` is `integer`"),
        (
            {"properties": {"a": {"items": []}}},
            "/properties/a/items",
            "`items` is one schema for all items, not a list",
        ),
        ({"properties": []}, "/properties", "`properties` is an object of schemas, not a list"),
        ({"items": {"properties": {"a": 1}}}, "/items/properties/a", "a schema is an object, not an integer"),
        ({"properties": {"a": {"required": True}}}, "/properties/a/required", "`required` is a list of names"),
        ({"required": ["a", "a"]}, "/required", "a name stands in `required` twice"),
        ({"additionalProperties": "no"}, "/additionalProperties", "a schema is an object, not a text"),
        (
            {"additionalProperties": False, "required": ["a"]},
            "/required/0",
            "`a` is required, but neither declared nor allowed: nothing fits",
        ),
        ({"minimum": "1"}, "/minimum", "this is a number, not a text"),
        ({"minLength": -1}, "/minLength", "this is an integer from 0"),
        ({"maxItems": 1.5}, "/maxItems", "this is an integer from 0"),
        ({"minimum": 2, "maximum": 1}, "/minimum", "`minimum` is 2 and `maximum` is 1: nothing fits both"),
        ({"minItems": 2, "maxItems": 1}, "/minItems", "`minItems` is 2 and `maxItems` is 1: nothing fits both"),
        (
            {"type": "integer", "minimum": 0.2, "maximum": 0.8},
            "/minimum",
            "there is no integer between `minimum` and `maximum`",
        ),
        ({"pattern": "(?<=a)"}, "/pattern", "look-behind is not the same everywhere"),
        ({"format": 1}, "/format", "this is a text, not an integer"),
    ],
)
def test_a_problem_of_a_schema_is_told_once_at_its_place(schema: Json, pointer: str, message: str) -> None:
    assert [(each.pointer, each.message) for each in schema_problems(schema)] == [(pointer, message)]


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "required": ["a"]},
        {"type": ["integer", "null"], "enum": [1, 2.0, None]},
        {"type": "array", "items": {}, "minItems": 0, "maxItems": 0},
        {"type": "number", "minimum": 1, "maximum": 1},
        {"type": "string", "pattern": "^[a-z]{2}$", "format": "email", "description": "a mail"},
        {"additionalProperties": {"type": "string"}, "required": ["a"]},
    ],
)
def test_a_sound_schema_has_no_problem(schema: Json) -> None:
    assert schema_problems(schema) == []


def test_an_input_has_a_default() -> None:
    assert schema_problems({"type": "string", "default": "a"}, takes_default=True) == []
    nested = {"properties": {"a": {"default": 1}}}
    assert [each.pointer for each in schema_problems(nested, takes_default=True)] == ["/properties/a/default"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 2.0]) | st.sampled_from(["", "a", "b"]),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from("abc"), part, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([*sorted(KINDS), "integer"])


@st.composite
def schemas(draw: st.DrawFn, depth: int = 2) -> dict[str, Json]:
    inside = schemas(depth - 1) if depth else st.just({})
    optional = {
        "type": NAMES | st.lists(NAMES, min_size=1, max_size=3, unique=True),
        "enum": st.lists(JSON, min_size=1, max_size=3, unique_by=identity),
        "items": inside,
        "properties": st.dictionaries(st.sampled_from("abc"), inside, max_size=3),
        "required": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
        "additionalProperties": st.booleans() | inside,
        "minItems": st.integers(0, 2),
        "maxItems": st.integers(0, 2),
    }
    return draw(st.fixed_dictionaries({}, optional=optional))


def holds(found: Type, value: Json) -> bool:
    if not (found.may_be(kind_of(value)) or (kind_of(value) == "integer" and found.may_be("number"))):
        return False
    if found.values is not None and not any(equal(value, each) for each in found.values):
        return False
    if isinstance(value, dict):
        return found.required <= value.keys() and all(holds(found.at(key), part) for key, part in value.items())
    if isinstance(value, list):
        most = len(value) if found.max_items is None else found.max_items
        return found.min_items <= len(value) <= most and all(holds(found.item, part) for part in value)
    return True


@settings(deadline=None)
@given(schemas(), JSON)
def test_what_fits_a_schema_is_of_its_type(schema: dict[str, Json], value: Json) -> None:
    if jsonschema.Draft202012Validator(schema).is_valid(value):
        assert holds(type_of_schema(schema), value)
        assert is_assignable(type_of_value(value), type_of_schema(schema))


@settings(deadline=None)
@given(JSON, JSON, JSON)
def test_a_union_holds_both(left: Json, right: Json, other: Json) -> None:
    both = union(union(type_of_value(left), type_of_value(right)), type_of_value(other))
    assert all(holds(both, value) for value in (left, right, other))
    assert holds(type_of_value(left), left)
    assert union(NOTHING, both) == union(both, NOTHING) == both
