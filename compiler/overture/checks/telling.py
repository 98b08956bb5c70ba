"""From what inference found to the findings of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from overture.checks.analysis import Analysis
from overture.checks.index import HANDLERS
from overture.diagnostics.model import Diagnostic, Severity
from overture.diagnostics.rules import Rule


def told(
    analysis: Analysis, rule: Rule, severity: Callable[[str], Severity | None] = lambda pointer: None
) -> Iterator[Diagnostic]:
    """The findings that inference made under the rule's name. `severity` may say otherwise for a field."""
    for pointer, finding in analysis.findings:
        if finding.rule == rule.name:
            at = analysis.at(pointer, finding.where, finding.span)
            yield rule.at(at, finding.message, help=finding.help, severity=severity(pointer))


def is_in_handler(analysis: Analysis, pointer: str) -> bool:
    """Whether a field stands in `on_failure`, `finally` or a `catch`, where every read may find nothing."""
    spot = analysis.spots[pointer]
    if spot.owner is None:
        return False
    return any(entry.block.slot in (*HANDLERS, "catch") for entry in spot.owner.chain())
