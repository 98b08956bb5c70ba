"""What inference asks of its surroundings, and what it finds."""

from __future__ import annotations

from typing import Protocol

from overture.expressions.records import record
from overture.expressions.tree import Expr, Ref, Span
from overture.expressions.types import Json, Type


@record(frozen=True, slots=True)
class Finding:
    """One mistake in an expression. `span` counts characters in its text; `where` is that text's JSON pointer within
    the field. Where a name is wrong, `name` is it and `known` are the names that there are (the words for the nearest
    one are made elsewhere). How grave it is, is decided by who asks."""

    rule: str
    message: str
    help: str | None
    span: Span
    where: str = ""
    name: str | None = None
    known: tuple[str, ...] = ()


Way = tuple[tuple[Expr, Json], ...]


@record(frozen=True, slots=True)
class Lookup:
    """What is known of a name.

    `missing` says why a read of it may find nothing, None if it is there; `present_when` lists, for each reason, the
    ways to know by a guard that it does not count: expressions that have a value, all of one way. (A task's own
    `state == 'succeeded'` always does.) A `problem` is reported as it is, and nothing else about what hangs on that
    name."""

    type: Type
    missing: str | None = None
    problem: Finding | None = None
    present_when: tuple[tuple[Way, ...], ...] = ()


class Environment(Protocol):
    def lookup(self, ref: Ref) -> Lookup:
        """What is known of a name where the expression stands."""


@record(frozen=True, slots=True)
class Inferred:
    """The same tree with `.type` on every node, and what is wrong with it, in the order in which it is written."""

    tree: Expr
    findings: tuple[Finding, ...]
