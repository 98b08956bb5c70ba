"""Generated workflows mean on a real engine what they mean on the local executor; or their backend refuses them."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "generated"))

from generated_cases import Look, Sample, disagreements, reference, sample, shrunk

from engines.model import EngineHung, ExportInvalid
from overture.plan.backend import load_backend
from overture.plan.model import Plan
from overture.testing import Case, Observed, World

if TYPE_CHECKING:
    from engines.kestra.engine import KestraEngine
    from engines.prefect.engine import PrefectEngine

pytestmark = [pytest.mark.engine_deep]

TIMEOUT_SECONDS = 60.0
MOST_TOLD = 5
"""Counterexamples that are made smaller and told whole; one usually has many brothers."""


def on_prefect(engine: PrefectEngine) -> Look:
    from engines.prefect.observing import observe

    def look(case: Case, plan: Plan, world: World, workspace: Path) -> Observed | str:
        export = load_backend("prefect").export(plan, {})
        if not export.files:
            return "; ".join(gap.message for gap in export.gaps if gap.severity == "error")
        return observe(case, plan, export, world, engine, workspace, TIMEOUT_SECONDS)[1]

    return look


def on_kestra(engine: KestraEngine) -> Look:
    from engines.kestra.observing import observe

    def look(case: Case, plan: Plan, world: World, workspace: Path) -> Observed | str:
        export = load_backend("kestra").export(plan, {})
        if not export.files:
            return "; ".join(gap.message for gap in export.gaps if gap.severity == "error")
        return observe(case, plan, export, world, engine, TIMEOUT_SECONDS)[0]

    return look


def differences_of(made: Sample, look: Look, folder: Path, untold: tuple[str, ...]) -> Sequence[str] | str | None:
    """None: the checker refuses it or there is no run; a text: the backend refuses it."""
    folder.mkdir()
    wanted = reference(made, folder)
    if wanted is None:
        return None
    try:
        return disagreements(wanted, look, folder / "on the engine", untold)
    except (EngineHung, ExportInvalid) as error:
        return [f"{type(error).__name__}: {error}"]


def hold(wanted_runs: int, look: Look, folder: Path, untold: tuple[str, ...], tell: Callable[[str], None]) -> None:
    """Run samples until so many have run there; fails with those that differ, made smaller."""
    numbers = iter(range(10**9))
    tally: Counter[str] = Counter()
    found: list[tuple[Sample, Sequence[str]]] = []
    seed = 0
    while tally["run"] < wanted_runs:
        made = sample(str(seed))
        lines = differences_of(made, look, folder / str(next(numbers)), untold)
        tally[
            "run" if isinstance(lines, Sequence) and not isinstance(lines, str) else "refused" if lines else "none"
        ] += 1
        if lines and not isinstance(lines, str):
            found.append((made, lines))
        seed += 1
    tell(f"{seed} generated: {dict(tally)}, {len(found)} differ")

    def differs(smaller: Sample) -> bool:
        lines = differences_of(smaller, look, folder / str(next(numbers)), untold)
        return bool(lines) and not isinstance(lines, str)

    texts = []
    for made, _ in found[:MOST_TOLD]:
        small = shrunk(made, differs)
        lines = differences_of(small, look, folder / str(next(numbers)), untold)
        texts.append(
            "\n".join([f"seed {made.seed}:", *(lines or ()), json.dumps(small.documents), json.dumps(small.script)])
        )
    assert not found, f"{len(found)} differ: seeds {', '.join(made.seed for made, _ in found)}\n" + "\n\n".join(texts)


def test_a_thousand_generated_workflows_mean_the_same_on_prefect(
    prefect: PrefectEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from engines.prefect.observing import UNTOLD_KINDS

    def tell(text: str) -> None:
        with capsys.disabled():
            print(f"\nprefect: {text}")

    hold(1000, on_prefect(prefect), tmp_path, UNTOLD_KINDS, tell)


def test_three_hundred_generated_workflows_mean_the_same_on_kestra(
    kestra: KestraEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def tell(text: str) -> None:
        with capsys.disabled():
            print(f"\nkestra: {text}")

    hold(300, on_kestra(kestra), tmp_path, (), tell)
