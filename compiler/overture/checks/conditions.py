"""Conditions that data do not decide."""

from __future__ import annotations

from overture.checks.analysis import Analysis
from overture.checks.guards import Held
from overture.checks.scope import Scope
from overture.expressions.inference import infer
from overture.expressions.narrowing import facts_from
from overture.expressions.tree import Expr


def truth_of(condition: Expr) -> bool | None:
    """What a condition gives whatever the data, None where data decide."""
    values = condition.type.values
    return values[0] if values is not None and len(values) == 1 and isinstance(values[0], bool) else None


def own_truth(analysis: Analysis, pointer: str, untaken: str | None = None) -> bool | None:
    """What the condition of a branch's case gives whatever the data, whether or not earlier cases are taken; with
    `untaken`, knowing only that the case with that condition is not."""
    spot = analysis.spots[pointer]
    first = analysis.spots[pointer.rsplit("/cases/", 1)[0] + "/cases/0/when"]
    held = analysis.guards.held_for(first)  # nothing stands before the first
    if untaken is not None:
        held = Held(held.facts.also(facts_from(analysis.typed(untaken), False)), held.known)
    return truth_of(infer(spot.tree, Scope(analysis, spot.place, held), held.facts).tree)
