"""An expression, its names given as data: what it is worth, and what is found in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from overture.expressions.evaluation import MISSING, Missing, evaluate
from overture.expressions.inference import Finding, Inferred, Lookup, infer, infer_condition
from overture.expressions.narrowing import NO_FACTS, Facts
from overture.expressions.parsing import parse_expression
from overture.expressions.schemas import type_of_schema
from overture.expressions.tree import Ref
from overture.expressions.types import ANY, Json, Type

NOW = "2026-01-31T09:00:00Z"


@dataclass(frozen=True)
class Names:
    """A scope and an environment: `data` by name (`x`, `inputs.x`, `tasks.a.body`), `types` likewise."""

    data: dict[str, Json] = field(default_factory=dict)
    types: dict[str, Type] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    present_when: dict[str, tuple[tuple[Any, Json], ...]] = field(default_factory=dict)

    def read(self, ref: Ref) -> Json | Missing:
        return self.data.get(_written(ref), MISSING)

    def now(self) -> str:
        return NOW

    def lookup(self, ref: Ref) -> Lookup:
        name = _written(ref)
        if self.types and name not in self.types:
            return Lookup(ANY, problem=Finding("unknown-name", f"there is no `{name}`", None, ref.span, name=ref.name))
        ways = tuple((each,) for each in self.present_when.get(name, ()))
        present_when = (ways,) if ways else ()
        return Lookup(self.types.get(name, ANY), self.missing.get(name), present_when=present_when)


def _written(ref: Ref) -> str:
    parts = (None if ref.root == "item" else ref.root, ref.name, ref.field)
    return ".".join(part for part in parts if part is not None)


def _schema_types(schemas: dict[str, Any]) -> dict[str, Type]:
    return {name: each if isinstance(each, Type) else type_of_schema(each) for name, each in schemas.items()}


@pytest.fixture(scope="session")
def worth() -> Callable[..., Json]:
    """The value of an expression over these names."""

    def value(expression: str, data: dict[str, Json] | None = None, **names: Json) -> Json:
        return evaluate(parse_expression(expression), Names({**(data or {}), **names}))

    return value


@pytest.fixture(scope="session")
def inferred() -> Callable[..., Inferred]:
    """The inference of an expression over names with these schemas (or types)."""

    def inference(
        expression: str,
        schemas: dict[str, Any] | None = None,
        *,
        facts: Facts = NO_FACTS,
        is_condition: bool = False,
        missing: dict[str, str] | None = None,
        present_when: dict[str, Any] | None = None,
    ) -> Inferred:
        names = Names({}, _schema_types(schemas or {}), missing or {}, present_when or {})
        look = infer_condition if is_condition else infer
        return look(parse_expression(expression), names, facts)

    return inference


@pytest.fixture(scope="session")
def rules(inferred: Callable[..., Inferred]) -> Callable[..., list[str]]:
    """The rules of what is found in an expression, in the order in which they are found."""

    def found(expression: str, schemas: dict[str, Any] | None = None, **more: Any) -> list[str]:
        return [finding.rule for finding in inferred(expression, schemas, **more).findings]

    return found


@pytest.fixture(scope="session")
def names() -> type[Names]:
    return Names
