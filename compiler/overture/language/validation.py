"""Data held against a schema: the one place where the product uses jsonschema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

from overture.diagnostics.sources import pointer_of
from overture.expressions.types import Json, kind_of
from overture.language.formats import FORMATS

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_SHOWN_CHARS = 40  # a longer value is not repeated in a message
_SHOWN_CHOICES = 12
_SUBSCHEMAS = frozenset(("properties", "$defs", "patternProperties"))
_DATA = frozenset(("enum", "const", "default", "examples", "required"))
_A_KIND = {
    "null": "null", "boolean": "a boolean", "integer": "an integer", "number": "a number", "string": "a string",
    "array": "a list", "object": "an object",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Misfit:
    """A place in data (JSON pointer) and what is wrong there; the message names the place itself, as `$.a[0].b`."""

    pointer: str
    message: str


def validate(value: Json, schema: Json) -> list[Misfit]:
    """What in `value` does not fit the schema (JSON Schema 2020-12, of which language.md 1 is a part); nothing when
    all of it fits. Integral doubles are integers; the formats of formats.py are checked; a pattern may match anywhere
    in the text, its classes are ASCII and its `$` is the very end. Raises ValueError for a schema that is none."""
    if _fits_simply(value, schema):
        return []
    from referencing.exceptions import Unresolvable

    found: dict[tuple[str, str], Misfit] = {}
    try:
        for error in _validator(json.dumps(schema)).iter_errors(value):
            for misfit in _misfits(error):
                found.setdefault((misfit.pointer, misfit.message), misfit)
    except Unresolvable as error:
        raise ValueError(f"the schema refers to `{error.ref}`, which it does not hold") from None
    return list(found.values())


def place_of(path: tuple[str | int, ...]) -> str:
    """A place in data as people write it: `$.a[0]['b-c']`."""
    place = "$"
    for part in path:
        if isinstance(part, int):
            place += f"[{part}]"
        else:
            place += f".{part}" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", part) else f"[{part!r}]"
    return place


def _is_integer(_: object, value: object) -> bool:
    return kind_of(value) == "integer"


def _fits_format(has_format: Callable[[str], bool], value: object) -> bool:
    return not isinstance(value, str) or has_format(value)


def _fits_simply(value: Json, schema: Json) -> bool:
    """Whether a schema says nothing but a type and the value has it: most schemas of inputs do, and need no library,
    which takes longer to import than a whole check."""
    if not isinstance(schema, dict) or not schema.keys() <= {"type", "description"}:
        return False
    kind = kind_of(value)
    return schema.get("type") == kind or (schema.get("type") == "number" and kind == "integer")


@cache
def _library() -> tuple[Any, Any]:
    """What makes a validator, and what checks formats."""
    import jsonschema

    base = jsonschema.Draft202012Validator
    integers = base.TYPE_CHECKER.redefine("integer", _is_integer)
    extended = jsonschema.validators.extend(base, type_checker=integers)  # type: ignore[no-untyped-call]  # in its stubs
    formats = jsonschema.FormatChecker(formats=())
    for name, has_format in FORMATS.items():
        formats.checks(name)(partial(_fits_format, has_format))
    return extended, formats


@lru_cache(maxsize=256)
def _validator(schema_text: str) -> Any:
    from jsonschema.exceptions import SchemaError
    from referencing import Registry

    validator, formats = _library()
    schema = _with_portable_patterns(json.loads(schema_text))
    try:
        validator.check_schema(schema)
    except SchemaError as error:
        raise ValueError(f"`{place_of(tuple(error.absolute_path))}` of the schema is wrong: {error.message}") from None
    # an empty registry: a `$ref` to somewhere else is an error, never a request
    return validator(schema, format_checker=formats, registry=Registry())


def _with_portable_patterns(schema: Json) -> Json:
    """The schema with its patterns as Python must have them to agree with Java and JavaScript (language.md 3)."""
    if isinstance(schema, list):
        return [_with_portable_patterns(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Json] = {}
    for key, each in schema.items():
        if key in _SUBSCHEMAS and isinstance(each, dict):
            found[key] = {name: _with_portable_patterns(one) for name, one in each.items()}
        elif key == "pattern" and isinstance(each, str):
            found[key] = _portable(each)
        else:
            found[key] = each if key in _DATA else _with_portable_patterns(each)
    return found


def _portable(pattern: str) -> str:
    found, is_class, is_escaped = "", False, False
    for char in pattern:
        # Python's `$` also matches before a last newline
        found += r"\Z" if char == "$" and not is_class and not is_escaped else char
        if not is_escaped:
            is_class = char != "]" if is_class else char == "["
        is_escaped = char == "\\" and not is_escaped
    try:
        re.compile(f"(?a){found}")
    except re.error as error:
        raise ValueError(f"the pattern `{pattern}` is wrong: {error}") from None
    return f"(?a){found}"


def _misfits(error: ValidationError) -> Iterator[Misfit]:
    path = tuple(error.absolute_path)
    if error.validator in ("anyOf", "oneOf") and (nearest := _nearest_branch(error)):
        for each in nearest:
            yield from _misfits(each)
        return
    place = place_of(path)
    value: Any = error.instance
    wanted: Any = error.validator_value
    if "propertyNames" in error.absolute_schema_path:
        yield Misfit(pointer_of(*path, value), f"`{place}` may not have a key that is named `{value}`")
    elif error.validator == "required":
        for name in wanted:
            if name not in value:
                yield Misfit(pointer_of(*path), f"`{place}` lacks `{name}`")
    elif error.validator == "additionalProperties" and isinstance(error.schema, dict):
        for name in value:
            if name not in error.schema.get("properties", {}):
                yield Misfit(pointer_of(*path, name), f"`{place}` may not have `{name}`")
    else:
        yield Misfit(pointer_of(*path), _message(str(error.validator), place, value, wanted))


def _nearest_branch(error: ValidationError) -> list[ValidationError]:
    """The errors of the one branch that was meant: the branch whose type and constants the value has."""
    branches: dict[Any, list[ValidationError]] = {}
    for each in error.context or ():
        branches.setdefault(each.schema_path[0], []).append(each)
    depth = len(error.absolute_path)
    meant = [
        errors
        for errors in branches.values()
        if not any(
            (each.validator == "type" and len(each.absolute_path) == depth)
            or (each.validator == "const" and len(each.absolute_path) == depth + 1)
            for each in errors
        )
    ]
    return meant[0] if len(meant) == 1 else []


def _message(keyword: str, place: str, value: Json, wanted: Json) -> str:
    match keyword:
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            return f"`{place}` must be {' or '.join(_A_KIND[each] for each in kinds)}, not {_A_KIND[kind_of(value)]}"
        case "enum":
            shown = ", ".join(f"`{_shown(each)}`" for each in wanted[:_SHOWN_CHOICES])
            return f"`{place}` is {_told(value)}, none of {shown}" + (", …" if len(wanted) > _SHOWN_CHOICES else "")
        case "const":
            return f"`{place}` must be `{_shown(wanted)}`, not {_told(value)}"
        case "minimum" | "exclusiveMinimum":
            return (
                f"`{place}` must be {'at least' if keyword == 'minimum' else 'more than'} {wanted}, not {_told(value)}"
            )
        case "maximum" | "exclusiveMaximum":
            return (
                f"`{place}` must be {'at most' if keyword == 'maximum' else 'less than'} {wanted}, not {_told(value)}"
            )
        case "minLength" | "maxLength":
            bound = "at least" if keyword == "minLength" else "at most"
            return f"`{place}` must have {bound} {_counted(wanted, 'character')}, not {len(value)}"
        case "minItems" | "maxItems":
            bound = "at least" if keyword == "minItems" else "at most"
            return f"`{place}` must have {bound} {_counted(wanted, 'item')}, not {len(value)}"
        case "pattern":
            return f"`{place}` does not match `{wanted.removeprefix('(?a)').replace(chr(92) + 'Z', '$')}`"
        case "format":
            return f"`{place}` is no `{wanted}`"
        case _:
            return f"`{place}` does not fit `{keyword}`"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _shown(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _told(value: Json) -> str:
    """A short value itself, of a long one only its kind: messages end up in logs."""
    text = json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if len(text) <= _SHOWN_CHARS else _A_KIND[kind_of(value)]
