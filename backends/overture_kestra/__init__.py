"""Exports a plan as flows for Kestra 2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from overture.plan.backend import Export, Gap, Support
from overture.plan.model import Plan
from overture_kestra.lower import lower
from overture_kestra.model import Flow
from overture_kestra.outputs import read_outputs
from overture_kestra.render import render
from overture_kestra.subflows import tells_its_error, told_callees
from overture_kestra.support import SUPPORT
from overture_kestra.unsayable import unsayable

__all__ = ["KestraBackend", "backend", "read_outputs"]

OPTIONS = {
    "namespace": "the namespace of the flows (overture)",
    "http": "`core`: Kestra's own http task for writes and retries too, though it sends them again by itself",
    "ai": "`plugin`: Kestra's ChatCompletion in place of a script, though it rewrites the schema and checks no answer",
}


@dataclass(frozen=True, slots=True)
class KestraBackend:
    """One flow a workflow: its own, and one for each that it calls."""

    name: str = "kestra"
    version: str = "2.0.0"
    suffix: str | None = ".yaml"
    options: Mapping[str, str] = field(default_factory=lambda: dict(OPTIONS), hash=False)

    def support(self) -> Mapping[str, Support]:
        return SUPPORT

    def export(self, plan: Plan, options: Mapping[str, str]) -> Export:
        for name, word in (("http", "core"), ("ai", "plugin")):
            if options.get(name) not in (None, word):
                return Export({}, (Gap("", f"`{name}` takes `{word}`, not `{options[name]}`"),))
        gaps: list[Gap] = []
        files: dict[str, str] = {}
        told = told_callees(plan)
        for name, each in {plan.name: plan, **plan.callees}.items():
            tells = name in told and tells_its_error(each)
            flows: tuple[Flow, ...] = ()
            found = tuple(unsayable(each))
            if not found:
                flows, found = lower(replace(each, callees=plan.callees), options, tells=tells)
            gaps += found if each is plan else [replace(gap, workflow=name) for gap in found]
            files |= {f"{flow.id}.yaml": render(flow) for flow in flows}
        if any(gap.severity == "error" for gap in gaps):
            return Export({}, tuple(gaps))
        return Export(files, tuple(gaps))


backend = KestraBackend()
