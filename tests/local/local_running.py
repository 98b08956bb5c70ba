"""From a document to a run, for the tests of the local executor."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from overture.checks.verdict import check
from overture.language.reading import Reading, read
from overture.plan.build import plan as build_plan
from overture.plan.model import Plan
from overture_local import RunRequest, RunResult, run


@cache
def plan_of(document: str, *others: str) -> Plan:
    """The plan of a workflow's text; `others` are those that it calls."""
    readings = [read(text, f"{number}.flow.yaml") for number, text in enumerate((document, *others))]
    named: dict[str, Reading] = {each.workflow.name: each for each in readings if each.workflow is not None}
    verdict = check(readings[0], named.get)
    assert verdict.checked is not None, [f"{each.at.line}: {each.message}" for each in verdict.diagnostics]
    return build_plan(verdict.checked)


@dataclass
class Runner:
    """Runs documents under a temporary home and workspace; keeps the events of all runs."""

    folder: Path
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def workspace(self) -> Path:
        path = self.folder / "workspace"
        path.mkdir(exist_ok=True)
        return path

    def request(self, **given: Any) -> RunRequest:
        values: dict[str, Any] = {
            "home": self.home,
            "workspace": self.workspace,
            "allow_hosts": ("127.0.0.1", "localhost"),
            "environment": {"PATH": "/usr/local/bin:/usr/bin:/bin"},
            "on_event": lambda event: self.events.append(dict(event)),
        }
        return RunRequest(**(values | given))

    def run(self, document: str, *others: str, **given: Any) -> RunResult:
        return run(plan_of(document, *others), self.request(**given))

    def log(self) -> list[str]:
        return [event["message"] for event in self.events if event["event"] == "log"]
