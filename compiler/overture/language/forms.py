"""What each field of the models takes, as data: read once from their annotations, so that the JSON Schema and the wire
form are functions of one description and cannot drift from the models or from each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Le, MinLen
from pydantic import JsonValue, StringConstraints
from pydantic.fields import FieldInfo

from overture.expressions.types import Json
from overture.language.canonical import fields_of, key_of
from overture.language.roles import Role
from overture.language.scalars import Schema
from overture.language.tasks import Common, Part


@dataclass(frozen=True, slots=True)
class Text:
    pattern: str | None = None
    min_length: int | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """One of some constants: texts, or the version of the language."""

    values: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Number:
    is_integer: bool
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    pass


@dataclass(frozen=True, slots=True)
class AnyValue:
    """Any JSON."""


@dataclass(frozen=True, slots=True)
class SchemaValue:
    """A JSON Schema, of the part that the language knows."""


@dataclass(frozen=True, slots=True)
class ListOf:
    item: Form
    min_items: int | None = None


@dataclass(frozen=True, slots=True)
class MapOf:
    key: Text
    value: Form
    min_items: int | None = None


@dataclass(frozen=True, slots=True)
class Either:
    """Forms that the kind of a JSON value tells apart."""

    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class PartOf:
    """One of some classes, told apart by `tag` where there are several."""

    models: tuple[type[Part], ...]
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class AnyTask:
    """A task of any kind."""


Form = Text | Word | Number | Truth | AnyValue | SchemaValue | ListOf | MapOf | Either | PartOf | AnyTask


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a class. One that is not required may be null, which is its default."""

    name: str
    key: str
    form: Form
    is_required: bool
    default: Json
    description: str
    role: Role | None


@cache
def forms_of(model: type[Part]) -> tuple[Field, ...]:
    """The fields of a class in canonical order."""
    hints = get_type_hints(model, include_extras=True)
    return tuple(_field(name, info, hints[name]) for name, info in fields_of(model))


def _field(name: str, info: FieldInfo, hint: Any) -> Field:
    role = next((each for each in _metadata(hint) if isinstance(each, Role)), None)
    required = info.is_required()
    default = None if required else info.default
    return Field(
        name, key_of(name, info), _form(hint, tuple(info.metadata)), required, default, info.description or "", role
    )


def _metadata(hint: Any) -> Iterator[Any]:
    """All that annotations say of a field, also inside an optional one, but not of the items of a list."""
    origin = get_origin(hint)
    if origin is Annotated:
        inner, *found = get_args(hint)
        yield from found
        yield from _metadata(inner)
    elif origin in (Union, UnionType):
        for each in get_args(hint):
            yield from _metadata(each)


def _form(hint: Any, metadata: tuple[Any, ...] = ()) -> Form:
    if hint == Schema:
        return SchemaValue()
    if hint is JsonValue:
        return AnyValue()
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        inner = tuple(each for info in args[1:] for each in (info.metadata if isinstance(info, FieldInfo) else (info,)))
        return _form(args[0], (*inner, *metadata))
    if origin in (Union, UnionType):
        return _union([each for each in args if each is not NoneType], metadata)
    if origin is Literal:
        return Word(args)
    if origin in (tuple, list):
        return ListOf(_form(args[0]), _bound(metadata, MinLen, "min_length"))
    if origin is dict:
        key = _form(args[0])
        assert isinstance(key, Text)
        return MapOf(key, _form(args[1]), _bound(metadata, MinLen, "min_length"))
    if isinstance(hint, type) and issubclass(hint, Part):
        return PartOf((hint,))
    return _scalar(hint, metadata)


def _scalar(hint: Any, metadata: tuple[Any, ...]) -> Form:
    if hint is bool:
        return Truth()
    if hint in (int, float):
        return Number(hint is int, _bound(metadata, Ge, "ge"), _bound(metadata, Le, "le"))
    if hint is not str:
        raise TypeError(f"no form is known for {hint}")
    pattern, min_length = None, _bound(metadata, MinLen, "min_length")
    for each in metadata:
        pattern = getattr(each, "pattern", None) or pattern
        if isinstance(each, StringConstraints):
            min_length = each.min_length or min_length
    return Text(pattern, min_length)


def _union(members: list[Any], metadata: tuple[Any, ...]) -> Form:
    if len(members) == 1:
        return _form(members[0], metadata)
    models = tuple(each for each in members if isinstance(each, type) and issubclass(each, Part))
    if len(models) < len(members):
        return Either(tuple(_form(each) for each in members))
    if all(issubclass(each, Common) for each in models):
        return AnyTask()
    return PartOf(models, "type")


def _bound(metadata: tuple[Any, ...], kind: type, attribute: str) -> Any:
    return next((getattr(each, attribute) for each in metadata if isinstance(each, kind)), None)
