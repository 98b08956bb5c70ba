"""One attempt of one task: what a kind of task is given to work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from overture.expressions.evaluation import ExpressionError, evaluate, render
from overture.expressions.tree import Expr
from overture.expressions.types import Json
from overture.language.schema import validate
from overture.plan.model import Task
from overture_local.failures import TaskFailed
from overture_local.frames import Frame
from overture_local.scope import RunScope

if TYPE_CHECKING:
    from overture_local.engine import Engine


@dataclass(frozen=True, slots=True)
class Attempt:
    """`number` counts from 1. `remembered`: what the attempt wants kept in the workflow's state when it succeeds.
    `started`: what the start of this instance recorded, also by a process before us."""

    engine: Engine
    task: Task
    frame: Frame
    number: int
    remembered: dict[str, Json] = field(default_factory=dict)
    started: Mapping[str, Json] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.frame.key(self.task.id)

    def has(self, name: str) -> bool:
        return name in self.task.fields

    def value(self, name: str, *, with_secrets: bool = False) -> Json:
        """The value of a field. Raises TaskFailed, type expression."""
        return self.worth(self.task.fields[name], with_secrets=with_secrets)

    def worth(self, tree: Expr, frame: Frame | None = None, *, with_secrets: bool = False) -> Json:
        """What a tree is worth here, or in a frame further in. Raises TaskFailed, type expression."""
        scope = RunScope(self.engine.names, frame or self.frame, reveals_secrets=with_secrets)
        try:
            return evaluate(tree, scope)
        except ExpressionError as error:
            raise TaskFailed("expression", str(error), help=self.engine.help_for(error)) from None

    def condition(self, tree: Expr, frame: Frame | None = None) -> bool:
        """What a condition is worth. Raises TaskFailed, type expression, also for what is no boolean."""
        found = self.worth(tree, frame)
        if not isinstance(found, bool):
            raise TaskFailed("expression", f"the condition is not a boolean but {_name(found)}")
        return found

    def text(self, name: str, *, with_secrets: bool = False) -> str:
        """The value of a field as a template renders it."""
        return render(self.value(name, with_secrets=with_secrets))

    def optional_text(self, name: str, *, with_secrets: bool = False) -> str | None:
        return self.text(name, with_secrets=with_secrets) if self.has(name) else None

    def literal(self, name: str, default: Json = None) -> Json:
        found = self.task.literals.get(name)
        return default if found is None else found

    def check(self, value: Json, what: str = "the result") -> None:
        """Hold a value against `returns`. Raises TaskFailed, type returns, with the first misfits."""
        schema = self.literal("returns")
        if schema is not None:
            fit(value, schema, what)

    async def log(self, level: str, message: str) -> None:
        self.engine.log(level, message, self.frame.at(self.task.id), self.task.id)


def fit(value: Json, schema: Mapping[str, Json], what: str) -> None:
    """Raises TaskFailed, type returns, when the value does not fit the schema."""
    misfits = validate(value, schema)
    if misfits:
        more = f" (and {len(misfits) - 3} more)" if len(misfits) > 3 else ""
        said = "; ".join(misfit.message for misfit in misfits[:3])
        raise TaskFailed("returns", f"{what} does not fit `returns`: {said}{more}")


def _name(value: Json) -> str:
    if value is None:
        return "null"
    names: dict[type, str] = {int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")
