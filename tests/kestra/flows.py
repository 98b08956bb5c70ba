"""Workflows written in a test, as the flows that they become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from overture.checks import check
from overture.language.reading import read
from overture.plan.backend import Export
from overture.plan.build import plan
from overture_kestra import backend


def export(tasks: str, *, head: str = "", options: Mapping[str, str] | None = None) -> Export:
    """The export of a workflow of these tasks; `head` is what stands before them. Raises ValueError for one that is
    not sound."""
    text = f"overture: 1\nname: flow\n{head}\ntasks:\n{tasks}"
    verdict = check(read(text, "flow.flow.yaml"))
    if verdict.checked is None:
        raise ValueError([f"{each.at.line}: {each.message}" for each in verdict.diagnostics])
    return backend.export(plan(verdict.checked), options or {})


def export_found(tasks: str, *, head: str = "") -> Mapping[str, str]:
    """The files of an export that is refused nothing."""
    found = export(tasks, head=head)
    assert found.files, found.gaps
    return found.files


def export_calling(called: str, message: str) -> Export:
    """The export of a workflow that calls `called` and logs the message when that failed."""
    text = (
        "overture: 1\nname: flow\ntasks:\n  - {id: c, kind: call, workflow: called}\n"
        f"on_failure:\n  - {{id: alarm, kind: log, message: '{message}'}}\n"
    )
    documents = {"called": read(called, "called.flow.yaml")}
    verdict = check(read(text, "flow.flow.yaml"), find=documents.get)
    assert verdict.checked is not None, verdict.diagnostics
    return backend.export(plan(verdict.checked), {})


def flow_of(tasks: str, *, head: str = "") -> dict[str, Any]:
    """The one flow, read back."""
    found = export(tasks, head=head)
    assert len(found.files) == 1, found
    flow: dict[str, Any] = yaml.safe_load(next(iter(found.files.values())))
    return flow


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every task in a flow, outermost first."""
    if isinstance(value, dict):
        if "id" in value and str(value.get("type", "")).startswith("io.kestra"):
            yield value
        for each in value.values():
            yield from walk(each)
    elif isinstance(value, list):
        for each in value:
            yield from walk(each)


def task(flow: dict[str, Any], id: str) -> dict[str, Any]:
    """Raises LookupError for an id that is not there."""
    for each in walk(flow):
        if each["id"] == id:
            return each
    raise LookupError(id)


def kinds(tasks: list[dict[str, Any]]) -> list[str]:
    """The last word of each task's type."""
    return [str(each["type"]).rpartition(".")[2] for each in tasks]
