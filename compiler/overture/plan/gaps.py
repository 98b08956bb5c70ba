"""What a backend could not do, as findings at the places of the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from overture.diagnostics.model import Diagnostic
from overture.diagnostics.sources import Source
from overture.plan.backend import Gap
from overture.plan.rules import differs, not_supported


def findings(gaps: Iterable[Gap], sources: Mapping[str | None, Source]) -> list[Diagnostic]:
    """A finding for each gap. `sources`: by the called workflow's name, None for the exported one itself."""
    found = []
    for gap in gaps:
        source = sources.get(gap.workflow) or sources[None]
        rule = not_supported.RULE if gap.severity == "error" else differs.RULE
        pointer = f"{gap.pointer}/id" if f"{gap.pointer}/id" in source.places else gap.pointer
        found.append(rule.at(source.value(pointer), gap.message, help=gap.help))
    return found
