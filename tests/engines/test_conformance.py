"""The one corpus of cases on real engines: what a case says came out is what comes out there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engines.model import EngineHung, ExportInvalid
from overture.cli.loading import load
from overture.plan.backend import Export, load_backend
from overture.plan.build import plan
from overture.plan.model import Plan
from overture.testing import Case, Mailbox, World, differences, find_cases, load_case

if TYPE_CHECKING:
    from engines.kestra.engine import KestraEngine
    from engines.prefect.engine import PrefectEngine

pytestmark = pytest.mark.engine

CASES = Path(__file__).parents[1] / "cases"
TIMEOUT_SECONDS = 120.0
"""The longest case takes 30 s on two busy cores; with ten programs on them 60 s did not do."""

DOUBTFUL_TIMEOUT_SECONDS = 15.0
"""For a case that is not expected to agree, and may well be waiting for something that never comes."""


class Refused(Exception):
    """The backend exports no such workflow."""


def marked(engine: str) -> list[Any]:
    """The cases that an engine is held to, then those that it is said not to agree with: these may hang it."""
    cases = [load_case(folder) for folder in find_cases(CASES)]
    agreeing = [case for case in cases if case.engines[engine].marker == "run"]
    parameters = [pytest.param(case, TIMEOUT_SECONDS, id=case.name) for case in agreeing]
    for case in cases:
        support = case.engines[engine]
        if support.marker in ("notyet", "never"):
            differs = pytest.mark.xfail(
                strict=True,
                reason=f"{support.marker}: {support.reason}",
                raises=(AssertionError, EngineHung, ExportInvalid, Refused),
            )
            parameters.append(pytest.param(case, DOUBTFUL_TIMEOUT_SECONDS, id=case.name, marks=differs))
    return parameters


@cache
def plan_of(workflow: Path) -> Plan:
    verdict = load(str(workflow)).verdict
    assert verdict.checked is not None, [f"{each.at.line}: {each.message}" for each in verdict.diagnostics]
    return plan(verdict.checked)


def export_of(case: Case, engine: str) -> Export:
    """Raises Refused."""
    export = load_backend(engine).export(plan_of(case.workflow), {})
    if not export.files:
        raise Refused("; ".join(f"{gap.pointer}: {gap.message}" for gap in export.gaps if gap.severity == "error"))
    return export


@contextmanager
def surroundings(case: Case, workspace: Path) -> Iterator[tuple[Case, World, Mailbox | None]]:
    """The case with its addresses filled in, its server, and its mailbox where it has one."""
    with case.world() as world, Mailbox() if case.has_mail else nullcontext() as mailbox:
        yield case.placed(world.url, workspace, mailbox.url if mailbox else ""), world, mailbox


@pytest.mark.parametrize(("case", "timeout_seconds"), marked("kestra"))
def test_kestra_agrees_with_the_case(case: Case, timeout_seconds: float, kestra: KestraEngine, tmp_path: Path) -> None:
    from engines.kestra.observing import observe

    export = export_of(case, "kestra")
    with surroundings(case, tmp_path) as (placed, world, mailbox):
        observed, run = observe(placed, plan_of(case.workflow), export, world, kestra, timeout_seconds)
        seen = replace(observed, mails=mailbox.mails if mailbox else ())
    assert differences(placed, seen) == [], "\n".join(run.logs)


@pytest.mark.parametrize(("case", "timeout_seconds"), marked("prefect"))
def test_prefect_agrees_with_the_case(
    case: Case, timeout_seconds: float, prefect: PrefectEngine, tmp_path: Path
) -> None:
    from engines.prefect.observing import observe

    export = export_of(case, "prefect")
    with surroundings(case, tmp_path) as (placed, world, mailbox):
        compared, observed, run = observe(
            placed, plan_of(case.workflow), export, world, prefect, tmp_path, timeout_seconds
        )
        seen = replace(observed, mails=mailbox.mails if mailbox else ())
    assert differences(compared, seen) == [], "\n".join(run.logs)
