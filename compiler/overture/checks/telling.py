"""From what inference found to the findings of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from overture.checks.analysis import MAX_SUGGESTIONS, Analysis
from overture.checks.index import HANDLERS
from overture.diagnostics.model import Diagnostic, Severity
from overture.diagnostics.nearest import nearest
from overture.diagnostics.rules import Rule


def told(
    analysis: Analysis,
    rule: Rule,
    severity: Callable[[str], Severity | None] = lambda pointer: None,
    familiar: Mapping[str, str] | None = None,
) -> Iterator[Diagnostic]:
    """The findings that inference made under the rule's name. `severity` may say otherwise for a field; `familiar` are
    names of other languages, with what does the same here."""
    for pointer, finding in analysis.findings:
        if finding.rule == rule.name:
            at = analysis.at(pointer, finding.where, finding.span)
            help = finding.help
            if finding.name is not None and familiar is not None and finding.name in familiar:
                help = f"here it is {familiar[finding.name]}"
            elif finding.name is not None and (familiar is None or help is None):
                help = analysis.suggest(finding.name, finding.known) or help
            yield rule.at(at, finding.message, help=help, severity=severity(pointer))


def unread(analysis: Analysis, root: str, declared: Iterable[str], also: Iterable[str] = ()) -> Iterator[str]:
    """The declared names of a root (`inputs`, `secrets`) that nothing reads, `also` aside. None where a mistake that
    has a finding of its own may hide the read: a text that does not parse, or a name that was meant to be this one."""
    if analysis.unreadable:
        return
    names = list(declared)
    read = {ref.name for spot in analysis.spots.values() for ref in spot.reads if ref.root == root}.union(also)
    meant = {nearest(name, names) for name in sorted(read.difference(names))[:MAX_SUGGESTIONS]}
    yield from (name for name in names if name not in read and name not in meant)


def is_in_handler(analysis: Analysis, pointer: str) -> bool:
    """Whether a field stands in `on_failure`, `finally` or a `catch`, where every read may find nothing."""
    spot = analysis.spots[pointer]
    if spot.owner is None:
        return False
    return any(entry.block.slot in (*HANDLERS, "catch") for entry in spot.owner.chain())
