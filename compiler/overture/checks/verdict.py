"""`check`: from a reading to a proof, or to what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from itertools import chain
from pkgutil import walk_packages
from types import ModuleType

import overture.checks.rules
from overture.checks.allowing import unallowed
from overture.checks.analysis import Analysis, Find, analyse
from overture.diagnostics.duplicates import once
from overture.diagnostics.model import Diagnostic, has_errors
from overture.language.document import MAX_FINDINGS
from overture.language.reading import Reading

_PROOF = object()


@dataclass(frozen=True, slots=True)
class Checked:
    """A workflow that passed. Only `check` makes one: what takes a `Checked` never validates again."""

    analysis: Analysis
    proof: object = field(repr=False)

    def __post_init__(self) -> None:
        if self.proof is not _PROOF:
            raise TypeError("only `check` proves a workflow sound")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`checked` is None when a finding is an error."""

    checked: Checked | None
    diagnostics: tuple[Diagnostic, ...]


@cache
def rule_modules() -> tuple[ModuleType, ...]:
    """The modules of the rules that look for something, in the order of their codes."""
    package = overture.checks.rules
    modules = [import_module(each.name) for each in walk_packages(package.__path__, package.__name__ + ".")]
    return tuple(sorted((each for each in modules if hasattr(each, "find")), key=lambda module: module.RULE.code))


def check(reading: Reading, find: Find | None = None) -> Verdict:
    """Prove a document sound, or say what is wrong with it.

    `find` gives the reading of the workflow of a name that stands beside this one, for `call`; without it a call's
    outputs are of unknown type. Runs nothing: no socket, no process, no write.
    """
    if reading.workflow is None:
        return Verdict(None, reading.diagnostics)
    analysis = analyse(reading, find)
    found = (*reading.diagnostics, *_judged(analysis))
    diagnostics = tuple(once(unallowed(found, reading.source)))
    if has_errors(diagnostics):
        return Verdict(None, diagnostics)
    return Verdict(Checked(analysis, _PROOF), diagnostics)


def _judged(analysis: Analysis) -> tuple[Diagnostic, ...]:
    """What the rules find in a workflow, after those that it calls: a plan is made of all of them."""
    if analysis.findings_of_rules is None:
        for name, callee in analysis.callees.items():
            first = next((each for each in _judged(callee) if each.severity == "error"), None)
            if first is not None:
                analysis.broken[name] = first
        analysis.settle()
        found = (_as_many_as_count(module.find(analysis)) for module in rule_modules())
        analysis.findings_of_rules = tuple(chain.from_iterable(found))
    return analysis.findings_of_rules


def _as_many_as_count(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The findings of a rule up to the thousandth error, as in reading. Warnings are all told: an error may follow."""
    errors = 0
    for each in found:
        yield each
        errors += each.severity == "error"
        if errors >= MAX_FINDINGS:
            return
