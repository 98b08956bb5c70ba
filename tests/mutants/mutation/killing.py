"""Whether a mutant is killed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from mutation.bases import Base
from mutation.document import Document, is_within
from mutation.equivalent import EQUIVALENT
from mutation.operator import Mutant, Operator
from overture.checks import check
from overture.diagnostics.model import Diagnostic
from overture.language.reading import read

PER_BASE = 9
"""Mutants of one operator in one base: enough where few bases can hold its mistake."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant: what was said of it that was not said of its base."""

    operator: Operator
    base: Base
    mutant: Mutant
    fresh: tuple[Diagnostic, ...]
    alarms: tuple[Diagnostic, ...]
    """What was said of the document that differs only by the mistake, and of severity error or warning."""

    @property
    def is_killed(self) -> bool:
        """By one of the rules it must wake, at the mutated part or with that as a related place."""
        return any(each.rule in self.operator.wakes and self._is_there(each) for each in self.fresh)

    def _is_there(self, finding: Diagnostic) -> bool:
        ats = (finding.at, *(related.at for related in finding.related))
        return any(is_within(at.pointer, place) for at in ats for place in self.mutant.places)

    @property
    def errors(self) -> int:
        return sum(each.severity == "error" for each in self.fresh)


@dataclass(slots=True)
class Row:
    """A line of the table."""

    mutants: int = 0
    killed: int = 0
    equivalent: int = 0
    survivors: list[Verdict] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.killed / self.mutants if self.mutants else 0.0


def findings(document: Document | str, base: Base) -> tuple[Diagnostic, ...]:
    """What the checker says; data goes in as JSON, a text as what it looks like."""
    text = document if isinstance(document, str) else json.dumps(document)
    kind = "json" if text.startswith("{") else "yaml"
    return check(read(text, f"mutant.flow.{kind}"), base.beside.get).diagnostics


def tried(operators: Iterable[Operator], bases: Iterable[Base], seed: int, most: int) -> Iterator[Verdict | Operator]:
    """What became of at most `most` mutants of each operator, taken from all bases alike; an operator for each mutant
    of it that is equivalent. The same seed gives the same mutants."""
    bases = list(bases)
    for operator in operators:
        rng = random.Random(f"{seed} {operator.name}")
        pools: list[list[tuple[Base, Mutant]]] = []
        for base in rng.sample(bases, len(bases)):
            pools.append([(base, mutant) for mutant in operator.mutants(base.reading.data, rng, PER_BASE)])
            if sum(map(bool, pools)) >= most:
                break
        made = [each for turn in zip_longest(*pools) for each in turn if each is not None]
        for base, mutant in made[:most]:
            if any(holds(mutant) for holds in EQUIVALENT.get(operator.name, ())):
                yield operator
            else:
                yield judged(operator, base, mutant)


def judged(operator: Operator, base: Base, mutant: Mutant) -> Verdict:
    known = {_key(each) for each in base.as_json}
    alarms: tuple[Diagnostic, ...] = ()
    if mutant.before is not None:
        said = findings(mutant.before, base)
        alarms = tuple(each for each in said if each.severity != "info" and _key(each) not in known)
        known = {(each.rule, each.at.pointer, each.message) for each in said}
        fresh = tuple(e for e in findings(mutant.document, base) if (e.rule, e.at.pointer, e.message) not in known)
        return Verdict(operator, base, mutant, fresh, alarms)
    fresh = tuple(each for each in findings(mutant.document, base) if _key(each) not in known)
    return Verdict(operator, base, mutant, fresh, alarms)


def _key(finding: Diagnostic) -> tuple[str, str]:
    """Places move when a task does, so the words stand for the place."""
    return finding.rule, finding.message


def table(verdicts: Iterable[Verdict | Operator]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for verdict in verdicts:
        name = verdict.name if isinstance(verdict, Operator) else verdict.operator.name
        row = rows.setdefault(name, Row())
        if isinstance(verdict, Operator):
            row.equivalent += 1
            continue
        row.mutants += 1
        row.killed += verdict.is_killed
        if not verdict.is_killed:
            row.survivors.append(verdict)
    return rows
