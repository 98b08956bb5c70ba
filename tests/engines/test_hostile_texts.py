"""Hostile texts pass through the real engines as they were: values, programs, requests, prompts, logs, files, state."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "generated"))

from generated_cases import Look, differing, reference
from generated_passages import TEXTS, passing_workflow

from engines.test_generated import on_kestra, on_prefect
from overture.testing import Observed

if TYPE_CHECKING:
    from engines.kestra.engine import KestraEngine
    from engines.prefect.engine import PrefectEngine

pytestmark = [pytest.mark.engine_deep]

WORKFLOWS = 22
MOST_TOLD = 12


def said(observed: Observed) -> dict[str, object]:
    """What a run sent and left, beyond what `differing` compares."""
    asked = [
        (each.method, each.path, each.query, each.headers.get("x-text") or each.headers.get("X-Text"), each.body)
        for each in observed.requests
    ]
    return {
        "requests": asked,
        "messages": [each.messages for each in observed.model_calls or ()],
        "log": list(observed.log or ()),
        "files": observed.files,
        "state": observed.state_after,
    }


def hold(
    look: Look, folder: Path, untold: tuple[str, ...], tell: Callable[[str], None], *, has_nul: bool = True
) -> None:
    """Run workflows full of texts; fails with those that came out otherwise than the local executor has them."""
    faults: list[str] = []
    refused: list[str] = []
    passed = 0
    for number in range(WORKFLOWS):
        inner = folder / f"passage{number}"
        inner.mkdir()
        made, outputs = passing_workflow(str(number), has_long=number == 0, has_nul=has_nul)
        wanted = reference(made, inner)
        assert wanted is not None and wanted.observed.outputs == outputs, f"seed {number}: {wanted}"
        workspace = inner / "on the engine"
        workspace.mkdir()
        with wanted.case.world() as world:
            found = look(wanted.case.placed(world.url, workspace), wanted.plan, world, workspace)
        if isinstance(found, str):
            refused.append(f"seed {number}: {found}")
            continue
        lines = differing(wanted, found, untold)
        one, other = said(wanted.observed), said(found)
        lines += [f"{name}: {one[name]!r}, found {other[name]!r}" for name in one if one[name] != other[name]]
        faults += [f"seed {number}: {line}"[:1500] for line in lines]
        passed += 0 if lines else TEXTS
    tell(f"{passed} texts passed, refused: {refused}, {len(faults)} differences")
    assert not faults, "\n".join(faults[:MOST_TOLD])
    assert passed >= 2_000


def test_hostile_texts_pass_through_prefect_as_they_were(
    prefect: PrefectEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from engines.prefect.observing import UNTOLD_KINDS

    def tell(text: str) -> None:
        with capsys.disabled():
            print(f"\nprefect: {text}")

    hold(on_prefect(prefect), tmp_path, UNTOLD_KINDS, tell)


def test_hostile_texts_pass_through_kestra_as_they_were(
    kestra: KestraEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def tell(text: str) -> None:
        with capsys.disabled():
            print(f"\nkestra: {text}")

    hold(on_kestra(kestra), tmp_path, (), tell, has_nul=False)  # which Kestra is not given: a gap
