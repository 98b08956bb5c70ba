"""What an evaluation comes to by our own evaluator, against which every engine is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from generated_data import Json, Schema
from generated_evaluations import Evaluation

from overture.expressions.evaluation import MISSING, ExpressionError, evaluate
from overture.expressions.findings import Lookup
from overture.expressions.inference import infer
from overture.expressions.parsing import parse_expression, parse_template
from overture.expressions.schemas import type_of_schema
from overture.expressions.tree import Expr, Ref
from overture.expressions.types import Type
from overture.expressions.values import render
from overture.plan.python_values import settled

NOW = "2026-01-31T09:00:00Z"

_TREES: dict[tuple[str, bool, str], Expr] = {}
_TYPES: dict[str, Type] = {}


def type_of(schema: Schema) -> Type:
    key = repr(schema)
    if key not in _TYPES:
        _TYPES[key] = type_of_schema(schema)
    return _TYPES[key]


@dataclass(frozen=True)
class Judged:
    """An evaluation with its typed tree; `data` and `wanted` have each number in its one form. `error`: why it has no
    value."""

    evaluation: Evaluation
    data: Mapping[str, Json] = field(repr=False)

    @cached_property
    def tree(self) -> Expr:
        of = self.evaluation
        key = (of.expression, of.is_text, repr(of.schemas))
        if key not in _TREES:
            tree = parse_template(of.expression, keeps_type=False) if of.is_text else parse_expression(of.expression)
            _TREES[key] = infer(tree, self).tree
        return _TREES[key]

    @cached_property
    def outcome(self) -> tuple[Json, str | None]:
        try:
            return settled(evaluate(self.tree, self)), None
        except ExpressionError as error:
            return None, error.message

    @property
    def wanted(self) -> Json:
        return self.outcome[0]

    @property
    def error(self) -> str | None:
        return self.outcome[1]

    def text(self) -> str:
        """The value as a template writes it."""
        return render(self.wanted)

    def fault(self, found: Any, refusal: object | None = None) -> str | None:
        """What is wrong with what an engine has found, or with its refusal; None if it agrees."""
        if self.error is not None:
            return None if refusal is not None else f"is {found!r}, but has no value: {self.error}"
        if refusal is not None:
            return f"refused with {str(refusal)[:300]!r} instead of {self.wanted!r}"
        return None if repr(found) == repr(self.wanted) else f"is {found!r} instead of {self.wanted!r}"

    # what inference and evaluation ask

    def lookup(self, ref: Ref) -> Lookup:
        return Lookup(type_of(self.evaluation.schemas[ref.name]))

    def read(self, ref: Ref) -> Any:
        return self.data.get(ref.name, MISSING)

    def now(self) -> str:
        return NOW


def judge(evaluation: Evaluation) -> Judged:
    return Judged(evaluation, settled(evaluation.data))
