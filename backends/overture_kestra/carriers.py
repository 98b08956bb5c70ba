"""How values travel through a flow: where each one stands, as a Pebble expression.

A value that Kestra keeps exactly (texts, booleans, whole numbers, lists of them) travels as it is. Every other travels
as JSON text in a string: Kestra drops members that are null from the objects it stores, and reads some numbers anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from overture.expressions.types import Type


@dataclass(frozen=True, slots=True)
class Plain:
    """The expression gives the value itself. `is_tight`: it binds like a name, so that `.key` may follow it."""

    expression: str
    is_tight: bool = True


@dataclass(frozen=True, slots=True)
class Text:
    """The expression gives the value's JSON text, compact."""

    expression: str


@dataclass(frozen=True, slots=True)
class Members:
    """An object whose members stand in different places."""

    members: Mapping[str, Carrier] = field(hash=False)


Carrier: TypeAlias = Plain | Text | Members


def value_of(carrier: Plain | Text) -> str:
    """A Pebble expression, binding like a name, that gives the value."""
    if isinstance(carrier, Text):
        return f"fromJson({carrier.expression})"
    return carrier.expression if carrier.is_tight else f"({carrier.expression})"


def text_of(carrier: Plain | Text) -> str:
    """A Pebble expression that gives the value's JSON text."""
    if isinstance(carrier, Text):
        return carrier.expression
    return f"{value_of(carrier)} | toJson"


def is_kept(type: Type) -> bool:
    """Whether Kestra keeps every value of this type exactly, so that it may travel as it is."""
    return len(type.kinds) == 1 and type.is_only("string", "boolean", "integer") and "number" not in type.kinds


def is_null_free(type: Type) -> bool:
    """Whether no object inside is declared to hold null or unknown values: Kestra would drop a member that is null.

    What an open object does not declare is left out of account: see the support table.
    """
    if not type.kinds or type.is_any:
        return False
    if type.may_be("array") and (type.items is None or not is_null_free(type.items)):
        return False
    if type.may_be("object"):
        if not type.properties and type.rest is None:
            return False
        parts = [*type.properties.values(), *([type.rest] if type.rest is not None else [])]
        return all(not part.is_nullable and is_null_free(part) for part in parts)
    return True
