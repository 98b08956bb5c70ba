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


SAME = "."
"""The step to JSON text that somebody else wrote, which may not be compact."""

WHOLE = "tojson | fromjson"
"""The step that makes 2 of a number written as 2.0."""


@dataclass(frozen=True, slots=True)
class Text:
    """The expression gives JSON text, compact: the value's, or that of something of which `steps` (jq) lead to it.
    `value`: a shorter expression for the value itself."""

    expression: str
    steps: tuple[str, ...] = ()
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Members:
    """An object whose members stand in different places. `exists`: a Pebble condition for that they are there."""

    members: Mapping[str, Carrier] = field(hash=False)
    exists: str | None = None


Carrier: TypeAlias = Plain | Text | Members


def value_of(carrier: Plain | Text) -> str:
    """A Pebble expression, binding like a name, that gives the value."""
    if isinstance(carrier, Text):
        return carrier.value or f"fromJson({text_of(carrier)})"
    return carrier.expression if carrier.is_tight else f"({carrier.expression})"


def text_of(carrier: Plain | Text) -> str:
    """A Pebble expression that gives the value's JSON text."""
    if isinstance(carrier, Text):
        if not carrier.steps:
            return carrier.expression
        steps = [step for step in carrier.steps if step not in (SAME, WHOLE)]
        program = " | ".join([".[0] | fromjson", *steps, "tojson"])
        return f"[{carrier.expression}] | jq('{program}') | first"
    return f"{value_of(carrier)} | toJson"


def is_kept(type: Type) -> bool:
    """Whether Kestra keeps every value of this type exactly, so that it may travel as it is."""
    return len(type.kinds) == 1 and type.is_only("string", "boolean", "integer") and "number" not in type.kinds


def is_null_free(type: Type) -> bool:
    """Whether no object inside is declared to hold null or unknown values: Kestra would drop a member that is null.

    What an open object does not declare is left out of account: `is_open` says where a warning is due.
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


def is_open(type: Type) -> bool:
    """Whether an object of this type may hold members that are not declared."""
    if type.may_be("array") and is_open(type.item):
        return True
    if not type.may_be("object"):
        return False
    return not (type.is_closed or type.rest is not None) or any(map(is_open, type.properties.values()))


def may_hold_double(type: Type, depth: int = 8) -> bool:
    """Whether a number that is not whole may stand somewhere in a value of this type."""
    if depth == 0 or type.is_any or "number" in type.kinds:
        return True
    if type.may_be("array") and (type.items is None or may_hold_double(type.items, depth - 1)):
        return True
    if not type.may_be("object"):
        return False
    rest = [] if type.is_closed else [type.rest] if type.rest is not None else [Type()]
    return any(may_hold_double(each, depth - 1) for each in (*type.properties.values(), *rest))
