"""The one corpus of cases on real engines: what a case says came out is what comes out there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engines.model import EngineBroken, EngineHung, ExportInvalid
from engines.results import Outcome, Results, load_results
from overture.cli.loading import load
from overture.plan.backend import Export, load_backend
from overture.plan.build import plan
from overture.plan.model import Plan
from overture.testing import Case, Mailbox, Observed, World, differences, find_cases, load_case, untold

if TYPE_CHECKING:
    from engines.kestra.engine import KestraEngine
    from engines.prefect.engine import PrefectEngine

pytestmark = pytest.mark.engine

CASES = Path(__file__).parents[1] / "cases"
TIMEOUT_SECONDS = 120.0
"""The longest case takes 30 s on two busy cores; with ten programs on them 60 s did not do."""

DOUBTFUL_TIMEOUT_SECONDS = 15.0
"""For a case that is not expected to agree, and may well be waiting for something that never comes."""


DIFFERENT = (AssertionError, EngineHung, EngineBroken, ExportInvalid)
"""How a run shows that it does not mean what the case says."""


class Refused(Exception):
    """The backend exports no such workflow."""


def held(engine: str) -> list[Any]:
    """The cases that an engine is held to, then those that it is said not to agree with: these may hang it."""
    cases = [load_case(folder) for folder in find_cases(CASES)]
    held = [case for case in cases if case.engines[engine].marker != "golden"]
    held.sort(key=lambda case: case.engines[engine].marker != "run")
    return [pytest.param(case, id=case.name) for case in held]


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


def agreed(case: Case, observed: Observed, log: Sequence[str]) -> tuple[str, ...]:
    """What could not be compared. Raises AssertionError with what differs, and with what the run wrote."""
    lines = differences(case, observed)
    assert not lines, "\n".join([*lines, "", *log])
    return tuple(untold(case, observed))


def hold(
    case: Case, engine: str, results: Results, run: Callable[[float], tuple[str, ...]], *, is_renewing: bool
) -> None:
    """Run a case, hold it to its marker and to what is written down of it, and note what became of it."""

    def note(outcome: Outcome) -> None:
        results.note(case.name, engine, outcome)
        recorded = load_results().cases.get(case.name, {}).get(engine)
        assert is_renewing or outcome == recorded, "if that is as it should be: make engines RENEW=1"

    support = case.engines[engine]
    is_held = support.marker == "run"
    try:
        found = run(TIMEOUT_SECONDS if is_held else DOUBTFUL_TIMEOUT_SECONDS)
    except Refused as refusal:
        assert not is_held, f"it is not exported: {refusal}"
        note(Outcome("refused", str(refusal)))
    except DIFFERENT:
        if is_held:
            raise
        note(Outcome("differs", support.reason))
    else:
        assert is_held, f"it agrees, the marker is no longer true: {support.marker}: {support.reason}"
        note(Outcome("agrees", untold=found))
        return
    pytest.xfail(f"{support.marker}: {support.reason}")


@pytest.fixture
def is_renewing(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--renew-results"))


@pytest.mark.parametrize("case", held("kestra"))
def test_kestra_agrees_with_the_case(
    case: Case, kestra: KestraEngine, results: Results, tmp_path: Path, is_renewing: bool
) -> None:
    from engines.kestra.observing import observe

    def run(timeout_seconds: float) -> tuple[str, ...]:
        export = export_of(case, "kestra")
        with surroundings(case, tmp_path) as (placed, world, mailbox):
            observed, run = observe(placed, plan_of(case.workflow), export, world, kestra, timeout_seconds)
            seen = replace(observed, mails=mailbox.mails if mailbox else ())
        return agreed(placed, seen, run.logs)

    hold(case, "kestra", results, run, is_renewing=is_renewing)


@pytest.mark.parametrize("case", held("prefect"))
def test_prefect_agrees_with_the_case(
    case: Case, prefect: PrefectEngine, results: Results, tmp_path: Path, is_renewing: bool
) -> None:
    from engines.prefect.observing import observe

    def run(timeout_seconds: float) -> tuple[str, ...]:
        export = export_of(case, "prefect")
        with surroundings(case, tmp_path) as (placed, world, mailbox):
            compared, observed, run = observe(
                placed, plan_of(case.workflow), export, world, prefect, tmp_path, timeout_seconds
            )
            seen = replace(observed, mails=mailbox.mails if mailbox else ())
        return agreed(compared, seen, run.logs)

    hold(case, "prefect", results, run, is_renewing=is_renewing)
