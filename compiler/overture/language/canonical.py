"""The canonical data of a document: keys in one order, what is left at its default left out.

Every written form (YAML, wire, the digest of a plan) starts from here, so two documents that mean the same and are
spelt the same way have the same bytes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from overture.expressions.types import Json
from overture.language.tasks import Common, Container, Part, Repeatable

_HEAD = ("id", "kind", "type", "description", "source", "needs", "when")
SHARED = frozenset((*Common.model_fields, *Repeatable.model_fields, *Container.model_fields)) - set(_HEAD)
"""How a task is run, whatever it does: retries, timeouts, what a failure means."""


@cache
def fields_of(model: type[BaseModel]) -> tuple[tuple[str, FieldInfo], ...]:
    """A model's fields in canonical order: what a thing is, what it does, then how it is run. A block's settings
    stand before its tasks, where they are seen."""
    fields = model.model_fields
    is_task = issubclass(model, Common)
    head = [name for name in _HEAD if name in fields] if is_task or "type" in fields else []
    own = [name for name in fields if name not in head]
    if is_task:
        shared = [name for name in own if name in SHARED]
        own = [name for name in own if name not in SHARED]
        own = [*shared, *own] if issubclass(model, Container) else [*own, *shared]
    elif head:
        inherited = [name for base in model.__mro__[1:] for name in getattr(base, "model_fields", {})]
        own = [*(name for name in own if name not in inherited), *(name for name in own if name in inherited)]
        head, own = head[:1], [*(name for name in own if name not in head), *head[1:]]
    return tuple((name, fields[name]) for name in (*head, *own))


def key_of(name: str, field: FieldInfo) -> str:
    """The document's key for a field: `for`, `as` and their kin are no names in Python."""
    return field.alias or name


def data_of(value: Any) -> Json:
    """The JSON data of a workflow or of a part of one, canonical. An integral double within 2^53 becomes the integer
    that it is (language.md 2)."""
    if isinstance(value, Part):
        found = {}
        for name, field in fields_of(type(value)):
            each = getattr(value, name)
            if field.is_required() or not is_same(each, field.default):
                found[key_of(name, field)] = data_of(each)
        return found
    if isinstance(value, dict):
        return {str(key): data_of(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [data_of(each) for each in value]
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return int(value)
    return value


def is_same(one: Json, other: Json) -> bool:
    """Equality as JSON has it: 2 is 2.0, true is not 1; the order of keys does not matter."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)
