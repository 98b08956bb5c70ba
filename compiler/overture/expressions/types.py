"""Types: what is known of a value before anything runs, as a flattened JSON Schema.

One record holds what is known of each kind that the value may have; a union of two objects is one object with the
properties of both, required where both require them. That loses which went with which, but stays small and total, and
errs towards "unknown", never towards a false alarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Literal

from overture.expressions.records import record, replace

# null, boolean, int, float, str, list or dict of the same: mypy knows no recursive alias that pydantic reads too
Json = Any
Kind = Literal["null", "boolean", "integer", "number", "string", "array", "object"]

KINDS: frozenset[Kind] = frozenset(("null", "boolean", "number", "string", "array", "object"))


@record(frozen=True, slots=True)
class Type:
    """`kinds` never holds both integer and number (number includes integer). An empty set of kinds: no value at all
    (the item of an empty list).

    `values`: the only values possible (enum, literal, constant), or None. `properties` and `required` speak of the
    object, `rest` of the properties that are not declared (None: nothing is known of them; `is_closed`: there are
    none). `items`, `min_items`, `max_items` speak of the list (`distinct`: it holds no value twice), `pattern` and
    `format` of the text.
    """

    kinds: frozenset[Kind] = KINDS
    values: tuple[Json, ...] | None = None
    properties: Mapping[str, Type] = field(default_factory=dict, hash=False)
    required: frozenset[str] = frozenset()
    rest: Type | None = None
    is_closed: bool = False
    items: Type | None = None
    min_items: int = 0
    max_items: int | None = None
    pattern: str | None = None
    format: str | None = None
    distinct: bool = False

    def may_be(self, kind: Kind) -> bool:
        return kind in self.kinds or (kind == "integer" and "number" in self.kinds)

    def is_only(self, *kinds: Kind) -> bool:
        """Certainly one of these kinds (integer counts as number)."""
        allowed = set(kinds) | ({"integer"} if "number" in kinds else set())
        return bool(self.kinds) and self.kinds <= allowed

    @property
    def is_any(self) -> bool:
        return self.kinds >= KINDS and self.values is None

    @property
    def is_nullable(self) -> bool:
        return "null" in self.kinds

    def without(self, *kinds: Kind) -> Type:
        values = self.values
        if values is None and self.kinds.isdisjoint(kinds):
            return self
        if values is not None:
            values = tuple(value for value in values if kind_of(value) not in kinds)
        return replace(self, kinds=self.kinds - set(kinds), values=values)

    def at(self, key: str) -> Type:
        """The type of a property as far as it is known, whether or not it may be missing."""
        return self.properties.get(key) or (NOTHING if self.is_closed else self.rest or ANY)

    @property
    def item(self) -> Type:
        return self.items or ANY


ANY = Type()
NOTHING = Type(kinds=frozenset())
NULL = Type(kinds=frozenset(("null",)), values=(None,))
BOOLEAN = Type(kinds=frozenset(("boolean",)))
INTEGER = Type(kinds=frozenset(("integer",)))
NUMBER = Type(kinds=frozenset(("number",)))
STRING = Type(kinds=frozenset(("string",)))
OBJECT = Type(kinds=frozenset(("object",)))


def list_of(items: Type, *, min_items: int = 0, max_items: int | None = None) -> Type:
    return Type(kinds=frozenset(("array",)), items=items, min_items=min_items, max_items=max_items)


def object_of(properties: Mapping[str, Type], *, optional: Iterable[str] = (), is_closed: bool = True) -> Type:
    """An object with these properties, all required but the optional ones."""
    return Type(
        kinds=frozenset(("object",)),
        properties=dict(properties),
        required=frozenset(properties) - set(optional),
        is_closed=is_closed,
    )


def kind_of(value: Json) -> Kind:
    """The kind of a value; an integral double counts as integer (language.md 2)."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "integer" if value.is_integer() and abs(value) <= 2**53 else "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, (list, tuple)) else "object"
