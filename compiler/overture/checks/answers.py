"""Answers of models that nothing checks, `ai` tasks without `returns`: who reads them, and what follows from it.

Read for a key, as a condition or as a list, such an answer is of the wrong type as well, but what is wrong is that
`returns` is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from overture.checks.analysis import Analysis, Spot
from overture.checks.index import Entry
from overture.checks.taint import taint_of
from overture.diagnostics.model import At
from overture.expressions.tree import Expr, Ref, references
from overture.language.roles import Role
from overture.language.tasks import AiTask

MAX_NAMES = 200
"""Names that are followed from a condition to an answer: more would take minutes in a hostile document."""
STEERING = ("when", "where", "until", "items", "that")


@dataclass(frozen=True, slots=True)
class Steering:
    """A name in a condition, or a list of items, at which an unchecked answer of a task steers the flow."""

    answer: Entry
    at: At


def are_there(analysis: Analysis) -> bool:
    """Whether there is any unchecked answer."""
    return any(isinstance(entry.task, AiTask) and entry.task.returns is None for entry in analysis.index.of("ai"))


def answer_of(analysis: Analysis, tree: Expr) -> Entry | None:
    """The task whose unchecked answer a tree is, whole."""
    if not isinstance(tree, Ref) or tree.root != "tasks" or tree.field != "value":
        return None
    entry = analysis.index.tasks.get(tree.name)
    return entry if entry is not None and isinstance(entry.task, AiTask) and entry.task.returns is None else None


def steers(spot: Spot) -> bool:
    """Whether a field decides what runs."""
    is_decision = spot.field.path in STEERING or spot.field.path.isdigit()
    return spot.owner is not None and spot.field.role is not Role.TEMPLATE and is_decision


def steering(analysis: Analysis) -> Iterator[Steering]:
    """Where unchecked answers steer, in the order of the document."""
    if not are_there(analysis):
        return
    for spot in filter(steers, analysis.spots.values()):
        for ref, at in analysis.refs(spot):
            answer = _behind(analysis, ref, spot)
            if answer is not None:
                yield Steering(answer, at)


def _behind(analysis: Analysis, ref: Ref, spot: Spot) -> Entry | None:
    """The task whose answer a reference reads, at once or through a `set`, a loop or a state. Not through code, which
    may have checked it."""
    taint = taint_of(analysis)
    todo, seen = [(ref, spot)], {(ref, spot.place)}
    for each, reader in islice(todo, MAX_NAMES):
        if (answer := answer_of(analysis, each)) is not None:
            return answer
        entry = analysis.index.tasks.get(each.name) if each.root == "tasks" else None
        if each.root in ("item", "state") or (entry is not None and entry.kind in ("set", "foreach")):
            for tree, behind in taint.parts(each, reader.place):
                for name in references(tree):
                    if (name, behind.place) not in seen:
                        seen.add((name, behind.place))
                        todo.append((name, behind))
    return None


def ends(analysis: Analysis) -> dict[tuple[int, int], Entry]:
    """The line and column of the file behind each name that reads an unchecked answer: a key may follow there."""
    if not are_there(analysis):
        return {}
    found: dict[tuple[int, int], Entry] = {}
    for spot in analysis.spots.values():
        if any(answer_of(analysis, ref) is not None for ref in spot.reads):
            for ref, at in analysis.refs(spot):
                if (answer := answer_of(analysis, ref)) is not None:
                    found[at.end_line, at.end_column] = answer
    return found
