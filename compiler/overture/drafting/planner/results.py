"""What steps have made: values that later words can speak of, and what is known about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from overture.drafting.planner.nouns import plural, singular
from overture.drafting.planner.texts import in_quotes, member
from overture.expressions.types import Json

Schema = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Result:
    """A value by the noun that speaks of it.

    `expression` gives it; `schema` is what is known of it ({}: nothing), the very schema of the document where one
    stands there, so that what the words take for granted can be written into it. `home` is the part of the document
    that may be given a `returns` for that. `title` names the property of an item that shows it in a line. `labels` are
    what it, or its items, were sorted into; a sorted list has items `{<inner>: item, label: label}`.
    """

    noun: str
    expression: str
    schema: Schema = field(default_factory=dict)
    adjectives: frozenset[str] = frozenset()
    home: Schema | None = None
    item_home: Schema | None = None  # the same for the items of a list: the task that makes each
    can_grow: bool = False
    title: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    inner: str | None = None
    nicknames: frozenset[str] = frozenset()  # other nouns that mean one, or all, of it
    is_side: bool = False  # never meant by `it`: a label, a status
    is_item: bool = False  # what a loop goes through: `it` inside the loop
    is_gone: bool = False  # made in a branch or an attempt: it may not be there
    service: str | None = None  # whose thing it is: github, todoist
    base: str = ""  # the url that the service's further requests begin with
    when_used: Callable[[], None] | None = None

    @property
    def is_list(self) -> bool:
        return self.schema.get("type") == "array"

    @property
    def is_object(self) -> bool:
        return self.schema.get("type") == "object"

    @property
    def item_schema(self) -> Schema:
        items = self.schema.get("items")
        return items if isinstance(items, dict) else {}

    @property
    def item_name(self) -> str:
        """What one of a list is called."""
        return singular(self.noun) if singular(self.noun) != self.noun else "item"

    def one(self, name: str) -> Result:
        """One of this list, as a loop over it sees it."""
        if self.inner is not None:
            inner = self.item_schema.get("properties", {}).get(self.inner, {})
            expression = member(name, self.inner)
            return replace(self, noun=self.inner, expression=expression, schema=inner, **_OF_ONE)
        return replace(self, noun=self.item_name, expression=name, schema=self.item_schema, **_OF_ONE)

    def sorted_as(self, label: str) -> Result:
        """Those of a sorted list that have a label."""
        assert self.inner is not None
        inner = self.item_schema.get("properties", {}).get(self.inner, {})
        chosen = f"{self.expression} | selectattr('label', 'eq', {in_quotes(label)})"
        only = f"{chosen} | map(attribute={in_quotes(self.inner)})"
        noun = plural(re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") or "one")
        return replace(
            self, noun=noun, expression=only, schema={"type": "array", "items": inner}, labels=(), inner=None, home=None
        )


_OF_ONE: dict[str, Any] = {
    "home": None,
    "item_home": None,
    "labels": (),
    "inner": None,
    "is_side": False,
    "is_item": True,
    "when_used": None,
}


def type_of(schema: Schema) -> str | None:
    """The one type that a schema allows beside null, or None."""
    types = schema.get("type")
    named = [types] if isinstance(types, str) else list(types or ())
    named = [each for each in named if each != "null"]
    if not named and "enum" in schema:
        return "string"
    return named[0] if len(named) == 1 else None


def may_be_null(schema: Schema) -> bool:
    types = schema.get("type")
    return isinstance(types, list) and "null" in types
