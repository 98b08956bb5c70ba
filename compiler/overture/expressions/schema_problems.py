"""What is wrong with a schema: not in the subset of language.md 1, contradictory, or accepting nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import ceil, floor
from typing import NamedTuple

from overture.expressions.patterns import pattern_problem
from overture.expressions.types import KINDS, Json, kind_of
from overture.expressions.values import identity, name_of, render

TYPES = tuple(sorted(KINDS | {"integer"}))

_TYPE_HELP = {
    "any": "leave `type` out",
    "bool": "write `boolean`",
    "dict": "write `object`",
    "double": "write `number`",
    "float": "write `number`",
    "int": "write `integer`",
    "list": "write `array`",
    "map": "write `object`",
    "none": 'write `"null"`',
    "str": "write `string`",
    "text": "write `string`",
}
_KEYWORD_HELP = {
    "allOf": "write out what all of them ask",
    "anyOf": "give `type` a list, or leave the choice open",
    "const": "write `enum` with one value",
    "default": "only an input or a state has a `default`",
    "exclusiveMaximum": "use `maximum`",
    "exclusiveMinimum": "use `minimum`",
    "nullable": 'add `"null"` to a list of types',
    "oneOf": "give `type` a list, or leave the choice open",
    "title": "use `description`",
    "$ref": "write the schema out where it stands",
}


class SchemaProblem(NamedTuple):
    """What is wrong, at a JSON pointer within the schema; `is_key`: at the word there, not at its value."""

    pointer: str
    message: str
    help: str | None
    is_key: bool = False


def schema_problems(schema: Json, *, takes_default: bool = False) -> list[SchemaProblem]:
    """Every problem with its JSON pointer within the schema; `takes_default` for inputs and state."""
    return list(_problems(schema, "", takes_default))


def _problems(schema: Json, where: str, takes_default: bool) -> Iterator[SchemaProblem]:
    if not isinstance(schema, Mapping):
        yield SchemaProblem(where, f"a schema is an object, not {name_of(schema)}", "write `{}` for anything")
        return
    is_sound = True
    for key, value in schema.items():
        check = _KEYWORDS.get(key)
        if key == "default" and takes_default:
            continue
        if check is None:
            message = f"schemas have no keyword `{key}` here"
            yield SchemaProblem(f"{where}/{_part(key)}", message, _KEYWORD_HELP.get(key), is_key=True)
            continue
        for problem in check(value, f"{where}/{key}"):
            is_sound = False
            yield problem
    if is_sound:
        yield from _contradictions(schema, where)


def _part(key: str) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


def _type(value: Json, where: str) -> Iterator[SchemaProblem]:
    if isinstance(value, list):
        if not value:
            yield SchemaProblem(where, "the list of types is empty: nothing would fit", "leave `type` out")
        elif len(set(map(str, value))) < len(value):
            yield SchemaProblem(where, "a type stands there twice", None)
        for number, each in enumerate(value):
            yield from _type_name(each, f"{where}/{number}")
    else:
        yield from _type_name(value, where)


def _type_name(value: Json, where: str) -> Iterator[SchemaProblem]:
    if value in TYPES and isinstance(value, str):
        return
    if value is None:
        yield SchemaProblem(where, "a type is a text, not null", 'write `"null"` in quotes')
    elif not isinstance(value, str):
        yield SchemaProblem(where, f"a type is a text, not {name_of(value)}", None)
    else:
        known = ", ".join(f"`{name}`" for name in TYPES)
        yield SchemaProblem(where, f"there is no type `{value}`", _TYPE_HELP.get(value.lower(), f"there is {known}"))


def _enum(value: Json, where: str) -> Iterator[SchemaProblem]:
    if not isinstance(value, list):
        yield SchemaProblem(where, f"`enum` is a list, not {name_of(value)}", None)
    elif not value:
        yield SchemaProblem(where, "`enum` is empty: nothing would fit", None)
    elif len({identity(each) for each in value}) < len(value):
        yield SchemaProblem(where, "a value stands in `enum` twice", None)


def _items(value: Json, where: str) -> Iterator[SchemaProblem]:
    if isinstance(value, list):
        yield SchemaProblem(where, "`items` is one schema for all items, not a list", None)
    else:
        yield from _problems(value, where, False)


def _properties(value: Json, where: str) -> Iterator[SchemaProblem]:
    if not isinstance(value, Mapping):
        yield SchemaProblem(where, f"`properties` is an object of schemas, not {name_of(value)}", None)
        return
    for key, each in value.items():
        yield from _problems(each, f"{where}/{_part(key)}", False)


def _required(value: Json, where: str) -> Iterator[SchemaProblem]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        yield SchemaProblem(
            where, "`required` is a list of names", "name the required properties beside `properties`, not in one"
        )
    elif len(set(value)) < len(value):
        yield SchemaProblem(where, "a name stands in `required` twice", None)


def _additional(value: Json, where: str) -> Iterator[SchemaProblem]:
    if not isinstance(value, bool):
        yield from _problems(value, where, False)


def _number(value: Json, where: str) -> Iterator[SchemaProblem]:
    if kind_of(value) not in ("integer", "number"):
        yield SchemaProblem(where, f"this is a number, not {name_of(value)}", None)


def _length(value: Json, where: str) -> Iterator[SchemaProblem]:
    if kind_of(value) != "integer" or value < 0:
        yield SchemaProblem(where, "this is an integer from 0", None)


def _pattern(value: Json, where: str) -> Iterator[SchemaProblem]:
    if not isinstance(value, str):
        yield SchemaProblem(where, f"`pattern` is a text, not {name_of(value)}", None)
    elif problem := pattern_problem(value):
        yield SchemaProblem(where, problem, "write it with what Python, Java and JavaScript share")


def _text(value: Json, where: str) -> Iterator[SchemaProblem]:
    if not isinstance(value, str):
        yield SchemaProblem(where, f"this is a text, not {name_of(value)}", None)


_KEYWORDS: dict[str, Callable[[Json, str], Iterator[SchemaProblem]]] = {
    "type": _type,
    "enum": _enum,
    "items": _items,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "minimum": _number,
    "maximum": _number,
    "minLength": _length,
    "maxLength": _length,
    "minItems": _length,
    "maxItems": _length,
    "pattern": _pattern,
    "format": _text,
    "description": _text,
}


def _contradictions(schema: Mapping[str, Json], where: str) -> Iterator[SchemaProblem]:
    """Of a schema that is well formed: what asks for what cannot be."""
    for least, most in (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")):
        if least in schema and most in schema and schema[least] > schema[most]:
            message = f"`{least}` is {render(schema[least])} and `{most}` is {render(schema[most])}: nothing fits both"
            yield SchemaProblem(f"{where}/{least}", message, None)
    declared = schema.get("type")
    kinds = None if declared is None else {declared} if isinstance(declared, str) else set(declared)
    if kinds == {"integer"} and "minimum" in schema and "maximum" in schema:
        low, high = schema["minimum"], schema["maximum"]
        if low <= high and ceil(low) > floor(high):
            yield SchemaProblem(f"{where}/minimum", "there is no integer between `minimum` and `maximum`", None)
    for number, value in enumerate(schema.get("enum", ())):
        kind = kind_of(value)
        if kinds is not None and kind not in kinds and not (kind == "integer" and "number" in kinds):
            expected = " or ".join(f"`{name}`" for name in sorted(kinds))
            yield SchemaProblem(f"{where}/enum/{number}", f"this is {name_of(value)}, but `type` is {expected}", None)
    if schema.get("additionalProperties") is False:
        for number, name in enumerate(schema.get("required", ())):
            if name not in schema.get("properties", {}):
                message = f"`{name}` is required, but neither declared nor allowed: nothing fits"
                yield SchemaProblem(f"{where}/required/{number}", message, "declare it in `properties`")


def subschemas(schema: Json, where: str = "") -> Iterator[tuple[str, Mapping[str, Json]]]:
    """A schema and all inside it, each with its JSON pointer; only those that have the form of one."""
    if not isinstance(schema, Mapping):
        return
    yield where, schema
    properties = schema.get("properties")
    for key, each in properties.items() if isinstance(properties, Mapping) else ():
        yield from subschemas(each, f"{where}/properties/{_part(key)}")
    for key in ("items", "additionalProperties"):
        yield from subschemas(schema.get(key), f"{where}/{key}")


_SPEAKS_OF = {
    **dict.fromkeys(("minimum", "maximum"), "number"),
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), "string"),
    **dict.fromkeys(("minItems", "maxItems", "items"), "array"),
    **dict.fromkeys(("properties", "required", "additionalProperties"), "object"),
}
_BOUNDS = {"number": "imum", "string": "Length", "array": "Items"}


def idle_keywords(schema: Mapping[str, Json]) -> Iterator[SchemaProblem]:
    """The words of one schema that say nothing of the types that it allows: JSON Schema passes over them."""
    spoken_of = [(key, _SPEAKS_OF[key]) for key in schema if key in _SPEAKS_OF]
    if not spoken_of:
        return
    kinds = {_kind(kind) for kind in _types_of(schema)}
    for key, of in spoken_of:
        if kinds and of not in kinds:
            named = " or ".join(f"`{kind}`" for kind in sorted(kinds))
            yield SchemaProblem(f"/{_part(key)}", f"`{key}` says nothing of {named}", _instead(key, kinds), True)


def _types_of(schema: Mapping[str, Json]) -> list[str]:
    declared, values = schema.get("type"), schema.get("enum")
    if declared is None:
        return [kind_of(value) for value in values] if isinstance(values, list) else []
    names = declared if isinstance(declared, list) else [declared]
    return [name for name in names if isinstance(name, str)]


def _kind(kind: str) -> str:
    return "number" if kind == "integer" else kind


def _instead(key: str, kinds: set[str]) -> str | None:
    bounded = sorted(kinds & _BOUNDS.keys())
    if key[:3] in ("min", "max") and bounded:
        return f"write `{key[:3]}{_BOUNDS[bounded[0]]}`"
    if _SPEAKS_OF[key] == "object" and "array" in kinds:
        return "put it under `items`"
    return None
