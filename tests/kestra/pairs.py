"""Pipelines that were written twice: as a workflow, and by hand from Kestra's own documentation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from overture.checks import check
from overture.language.reading import read
from overture.plan.build import plan
from overture.plan.model import Plan
from overture_kestra import backend

FOLDER = Path(__file__).with_name("pairs")
NAMES = sorted(each.name for each in FOLDER.iterdir())


def plan_of(name: str) -> Plan:
    """The plan of a pair's workflow; what it calls stands beside it."""
    texts = {each.name.removesuffix(".flow.yaml"): each.read_text() for each in (FOLDER / name).glob("*.flow.yaml")}
    verdict = check(read(texts[name], name), find=lambda other: read(texts[other], other) if other in texts else None)
    assert verdict.checked is not None, verdict.diagnostics
    return plan(verdict.checked)


def exported(name: str) -> Mapping[str, str]:
    found = backend.export(plan_of(name), {})
    assert found.files, found.gaps
    return found.files


def by_hand(name: str) -> str:
    return (FOLDER / name / "by_hand.yaml").read_text()


def lines(flow: str) -> int:
    """Comments and blank lines apart."""
    return sum(1 for line in flow.splitlines() if line.strip() and not line.strip().startswith("#"))
