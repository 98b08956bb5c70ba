"""From a JSON Schema to a jq condition that holds for exactly the values that fit it.

What jq sees otherwise has none: patterns (Oniguruma's), numbers to compare with beyond 2**53, and numbers among the
values of an `enum` (jq tells -0.0 from 0).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from overture.expressions.types import Json
from overture_kestra.inexact import Inexact
from overture_kestra.jq import jq_string, named

_EXACT = 2**53

_KNOWN = frozenset(
    (
        *("type", "enum", "const", "items", "properties", "required", "additionalProperties", "minimum", "maximum"),
        *("minLength", "maxLength", "minItems", "maxItems", "format", "description", "title", "default", "examples"),
    )
)
_TESTS = {
    "null": ". == null",
    "boolean": 'type == "boolean"',
    "string": 'type == "string"',
    "number": 'type == "number"',
    "integer": 'type == "number" and . == floor',
    "array": 'type == "array"',
    "object": 'type == "object"',
}


def fits(schema: Mapping[str, Json]) -> list[str]:
    """Conditions on the value as jq filters, all of which must hold, in this order: the later ones count on the
    earlier. Raises Inexact for a schema that jq sees otherwise."""
    if unknown := sorted(set(schema) - _KNOWN):
        raise Inexact(f"`{unknown[0]}`, which jq sees otherwise")
    given = schema.get("type")
    types = [given] if isinstance(given, str) else list(given or _TESTS)
    if "number" in types:
        types = [each for each in types if each != "integer"]
    found = [] if given is None else [_either([_TESTS[each] for each in types])]
    if "enum" in schema:
        found.append(_either([_equals(each) for each in schema["enum"]]))
    if "const" in schema:
        found.append(_equals(schema["const"]))
    for kind, conditions in (("number", _bounds(schema)), ("string", _lengths(schema, "Length"))):
        found += _of_kind(kind, types, conditions)
    found += _of_kind("array", types, [*_lengths(schema, "Items"), *_items(schema)])
    return found + _of_kind("object", types, _members(schema))


def _of_kind(kind: str, types: Sequence[str], conditions: list[str]) -> list[str]:
    """Conditions that say something of one kind of value alone."""
    has_kind = kind in types or (kind == "number" and "integer" in types)
    if not conditions or not has_kind:
        return []
    if len(types) == 1:
        return conditions
    held = all_of(conditions)
    return [f'type != "{kind}" or {held if len(conditions) == 1 and operand(held) == held else f"({held})"}']


def _either(conditions: list[str]) -> str:
    if not conditions:
        return "false"
    return conditions[0] if len(conditions) == 1 else " or ".join(operand(each) for each in conditions)


def operand(condition: str) -> str:
    """A condition beside another one: in brackets where it has words or pipes of its own."""
    outside, before = re.sub(r'"[^"]*"', "", condition), ""
    while outside != before:
        outside, before = re.sub(r"\([^()]*\)", "", outside), outside
    return f"({condition})" if re.search(r" (and|or) |\|", outside) else condition


def _equals(value: Json) -> str:
    if value is None or isinstance(value, bool):
        return f". == {'null' if value is None else 'true' if value else 'false'}"
    if isinstance(value, str):
        return f". == {jq_string(value)}"
    raise Inexact("a value of an `enum` that jq sees otherwise")


def _bounds(schema: Mapping[str, Json]) -> list[str]:
    found = []
    for keyword, sign in (("minimum", ">="), ("maximum", "<=")):
        bound = schema.get(keyword)
        if bound is not None:
            if abs(bound) >= _EXACT or (isinstance(bound, float) and not bound.is_integer()):
                raise Inexact(f"a `{keyword}` that jq sees otherwise")
            # jq has -0.0 before 0
            found.append(f". + 0.0 {sign} 0" if bound == 0 else f". {sign} {int(bound)}")
    return found


def _lengths(schema: Mapping[str, Json], of: str) -> list[str]:
    pairs = ((f"min{of}", ">="), (f"max{of}", "<="))
    return [f"length {sign} {schema[keyword]}" for keyword, sign in pairs if schema.get(keyword) is not None]


def _items(schema: Mapping[str, Json]) -> list[str]:
    inner = fits(schema["items"]) if isinstance(schema.get("items"), Mapping) else []
    return [f"all({all_of(inner)})"] if inner else []


def _members(schema: Mapping[str, Json]) -> list[str]:
    properties = schema.get("properties") or {}
    required = list(schema.get("required") or [])
    found = []
    for name in [*required, *(name for name in properties if name not in required)]:
        inner = properties.get(name, {})
        conditions = fits(inner)
        may_be_null = _may_be_null(inner)
        if name in required and may_be_null:
            found.append(f"has({jq_string(name)})")
        if conditions:
            test = f"{named(name)} | {all_of(conditions)}"
            is_loose = name not in required and not may_be_null
            found.append(f"(has({jq_string(name)}) | not) or ({test})" if is_loose else test)
    rest = schema.get("additionalProperties")
    if rest is False:
        found.append(f"keys - [{', '.join(jq_string(name) for name in properties)}] == []")
    elif isinstance(rest, Mapping) and (conditions := fits(rest)):
        declared = "".join(f" | del({named(name)})" for name in properties)
        found.append(
            f".{declared.removeprefix(' ')} | all({all_of(conditions)})" if declared else f"all({all_of(conditions)})"
        )
    return found


def _may_be_null(schema: Mapping[str, Json]) -> bool:
    """Whether null fits: then what is missing cannot be told from it by its value."""
    given = schema.get("type")
    types = [given] if isinstance(given, str) else given
    values = schema.get("enum")
    return (types is None or "null" in types) and (values is None or None in values) and schema.get("const") is None


def all_of(conditions: list[str]) -> str:
    """One condition that holds when all do."""
    return conditions[0] if len(conditions) == 1 else " and ".join(operand(each) for each in conditions)
