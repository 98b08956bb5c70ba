"""Between types and JSON Schema, and what can be said of two types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import cast

from overture.expressions.records import replace
from overture.expressions.schema_problems import SchemaProblem, schema_problems
from overture.expressions.types import ANY, KINDS, NOTHING, Json, Kind, Type, kind_of, list_of, object_of
from overture.expressions.values import equal, identity, render, settled

__all__ = [
    "SchemaProblem",
    "describe",
    "is_assignable",
    "misfit",
    "schema_problems",
    "type_of_schema",
    "type_of_value",
    "union",
]

KEYWORDS = frozenset(
    (
        *("type", "enum", "items", "properties", "required", "additionalProperties", "minimum", "maximum"),
        *("minLength", "maxLength", "minItems", "maxItems", "pattern", "format", "description", "default"),
    )
)
"""The words of JSON Schema that the language has (language.md 1)."""

_MAX_VALUES = 100  # of a union; beyond, only the kinds are kept


def without_default(schema: Mapping[str, Json]) -> dict[str, Json]:
    """A schema as it judges values: `default` says nothing of them."""
    return {key: value for key, value in schema.items() if key != "default"}


def type_of_schema(schema: Mapping[str, Json]) -> Type:
    """What is known of a value that fits a schema (the subset of language.md 1).

    What has the wrong form is left out here; `schema_problems` tells of it. So it does of a word that is no keyword:
    what that one was to say, nobody knows, so nothing is known of the value."""
    if not KEYWORDS.issuperset(schema):
        return ANY
    kinds = _kinds(schema)
    values: tuple[Json, ...] | None = None
    if isinstance(schema.get("enum"), list):
        values = tuple(value for value in schema["enum"] if _is_of(kind_of(value), kinds))
        kinds = _without_integer_twice(kind_of(value) for value in values)
    properties = schema.get("properties")
    items, rest = schema.get("items"), schema.get("additionalProperties")
    required = schema.get("required")
    return Type(
        kinds=kinds,
        values=values,
        properties={key: type_of_schema(each) for key, each in properties.items() if isinstance(each, Mapping)}
        if isinstance(properties, Mapping)
        else {},
        required=frozenset(key for key in required if isinstance(key, str))
        if isinstance(required, list)
        else frozenset(),
        rest=type_of_schema(rest) if isinstance(rest, Mapping) else None,
        is_closed=rest is False,
        items=type_of_schema(items) if isinstance(items, Mapping) else None,
        min_items=_count(schema.get("minItems")) or 0,
        max_items=_count(schema.get("maxItems")),
        pattern=schema["pattern"] if isinstance(schema.get("pattern"), str) else None,
        format=schema["format"] if isinstance(schema.get("format"), str) else None,
    )


def _count(value: Json) -> int | None:
    return int(value) if kind_of(value) == "integer" and value >= 0 else None


def _kinds(schema: Mapping[str, Json]) -> frozenset[Kind]:
    declared = schema.get("type")
    names = [declared] if isinstance(declared, str) else declared
    if not isinstance(names, list):
        return KINDS
    found = frozenset(
        cast(Kind, name) for name in names if isinstance(name, str) and (name in KINDS or name == "integer")
    )
    return _without_integer_twice(found) if found else KINDS


def _without_integer_twice(kinds: Iterable[Kind]) -> frozenset[Kind]:
    found = frozenset(kinds)
    return found - {"integer"} if "number" in found else found


def _is_of(kind: Kind, kinds: frozenset[Kind]) -> bool:
    return kind in kinds or (kind == "integer" and "number" in kinds)


_STRING: frozenset[Kind] = frozenset(("string",))


def type_of_value(value: Json) -> Type:
    """All that is known of a constant."""
    if value.__class__ is str:
        return Type(_STRING, (value,))
    if isinstance(value, dict):
        return object_of({key: type_of_value(part) for key, part in value.items()})
    if isinstance(value, (list, tuple)):
        items = reduce(union, (type_of_value(part) for part in value), NOTHING)
        return replace(
            list_of(items, min_items=len(value), max_items=len(value)),
            distinct=len({identity(part) for part in value}) == len(value),
        )
    value = settled(value)
    return Type(kinds=frozenset((kind_of(value),)), values=(value,))


def union(left: Type, right: Type) -> Type:
    """What is known of a value that is one or the other."""
    if not left.kinds or left is right:
        return right
    if not right.kinds:
        return left
    kinds = _without_integer_twice(left.kinds | right.kinds)
    values = None
    if left.values is not None and right.values is not None:
        both = {identity(value): value for value in (*left.values, *right.values)}
        values = tuple(both.values()) if len(both) <= _MAX_VALUES else None
    found = Type(kinds=kinds, values=values)
    found = _with_objects(found, left, right)
    found = _with_lists(found, left, right)
    texts = [each for each in (left, right) if each.may_be("string")]
    return replace(
        found,
        pattern=texts[0].pattern if texts and len({each.pattern for each in texts}) == 1 else None,
        format=texts[0].format if texts and len({each.format for each in texts}) == 1 else None,
    )


def _with_objects(found: Type, left: Type, right: Type) -> Type:
    objects = [each for each in (left, right) if each.may_be("object")]
    if len(objects) < 2:
        return found if not objects else _with_object(found, objects[0])
    names = [*left.properties, *(key for key in right.properties if key not in left.properties)]
    is_closed = left.is_closed and right.is_closed
    rests = [each.rest for each in objects if not each.is_closed]
    return replace(
        found,
        properties={key: union(left.at(key), right.at(key)) for key in names},
        required=left.required & right.required,
        is_closed=is_closed,
        rest=None if not rests or None in rests else reduce(union, (each or ANY for each in rests)),
    )


def _with_object(found: Type, one: Type) -> Type:
    return replace(found, properties=one.properties, required=one.required, rest=one.rest, is_closed=one.is_closed)


def _with_lists(found: Type, left: Type, right: Type) -> Type:
    lists = [each for each in (left, right) if each.may_be("array")]
    if not lists:
        return found
    known = [each.items for each in lists if each.items is not None]
    longest = [each.max_items for each in lists if each.max_items is not None]
    return replace(
        found,
        items=reduce(union, known) if len(known) == len(lists) else None,
        min_items=min(each.min_items for each in lists),
        max_items=max(longest) if len(longest) == len(lists) else None,
        distinct=all(each.distinct for each in lists),
    )


def misfit(given: Type, wanted: Type, where: str = "") -> str | None:
    """Why no value of `given` fits `wanted`, in words; None when one may. Only what is certain counts: the unknown
    passes."""
    place = f"`{where}` is " if where else ""
    if not given.kinds or wanted.is_any or given.is_any:
        return None
    shared = {kind for kind in given.kinds if wanted.may_be(kind) or (kind == "number" and "integer" in wanted.kinds)}
    if not shared:
        return f"{place}{describe(given)}, not {describe(wanted)}"
    if not _may_share_a_value(given, wanted):
        return f"{place}{describe(given)}, not {describe(wanted)}"
    if len(given.kinds) > 1:
        return None
    if "object" in shared:
        return _object_misfit(given, wanted, where)
    if "array" in shared:
        return _list_misfit(given, wanted, where)
    return None


def _may_share_a_value(given: Type, wanted: Type) -> bool:
    if given.values is None or wanted.values is None:
        return True
    return any(equal(value, other) for value in given.values for other in wanted.values)


def _object_misfit(given: Type, wanted: Type, where: str) -> str | None:
    for key in sorted(wanted.required):
        if given.is_closed and key not in given.properties:
            return f"`{_inside(where, key)}` is not there"
    for key in sorted(given.required):
        if wanted.is_closed and key not in wanted.properties:
            return f"`{_inside(where, key)}` is not expected"
        if key in wanted.properties and (reason := misfit(given.at(key), wanted.properties[key], _inside(where, key))):
            return reason
    for key in sorted(wanted.required - given.required):
        if key in given.properties and (reason := misfit(given.at(key), wanted.at(key), _inside(where, key))):
            return reason
    return None


def _list_misfit(given: Type, wanted: Type, where: str) -> str | None:
    place = f"`{where}`" if where else "the list"
    if wanted.max_items is not None and given.min_items > wanted.max_items:
        return f"{place} has at least {given.min_items} items, not at most {wanted.max_items}"
    if given.max_items is not None and given.max_items < wanted.min_items:
        return f"{place} has at most {given.max_items} items, not at least {wanted.min_items}"
    return misfit(given.item, wanted.item, _inside(where, "[]")) if given.min_items else None


def _inside(where: str, key: str) -> str:
    return key if not where else where + key if key == "[]" else f"{where}.{key}"


def is_assignable(given: Type, wanted: Type) -> bool:
    """Whether a value of `given` may fit `wanted`; False only when certainly none does."""
    return misfit(given, wanted) is None


_WORDS: dict[Kind, str] = {
    "boolean": "boolean",
    "integer": "integer",
    "number": "number",
    "string": "text",
    "array": "list",
    "object": "object",
    "null": "null",
}


def describe(found: Type, depth: int = 2) -> str:
    """A type in a few words: `integer or null`, `list of {number, title}`."""
    if not found.kinds:
        return "nothing"
    if found.values is not None and 0 < len(found.values) <= 6:
        return " or ".join(_shown(value) for value in found.values)
    if found.kinds >= KINDS:
        return "anything"
    words = []
    for kind, word in _WORDS.items():
        if kind not in found.kinds:
            continue
        if kind == "array" and found.items is not None and not found.items.is_any and depth and found.items.kinds:
            word = f"list of {describe(found.items, depth - 1)}"
        elif kind == "object" and found.properties and depth:
            names = list(found.properties)
            word = "{" + ", ".join(names[:6]) + (", …" if len(names) > 6 else "") + "}"
        words.append(word)
    return " or ".join(words)


def _shown(value: Json) -> str:
    if isinstance(value, str):
        return f"'{value[:30]}…'" if len(value) > 30 else f"'{value}'"
    return "null" if value is None else render(value)
