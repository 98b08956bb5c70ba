"""Random workflows: a module does what the local executor does, which is the reference meaning."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from exporting import plan_of, run_module
from prefect_standin import Record
from random_workflows import random_workflow
from test_cases import BLOCKS

from overture_local.request import RunRequest
from overture_local.run import run
from overture_prefect import backend


@pytest.mark.parametrize("seed", range(120))
def test_a_module_does_what_the_local_executor_does(seed: int, tmp_path: Path) -> None:
    built = plan_of(json.dumps(random_workflow(seed)))
    inputs = {"n": seed % 3, "label": "ab"[seed % 2]}
    wanted = run(built, RunRequest(inputs=inputs, workspace=tmp_path, home=tmp_path / "home"))
    record = Record()
    found = run_module(built, backend.export(built, {}).files, inputs, tmp_path, record=record)
    if wanted.state == "succeeded":
        assert json.dumps(found or {}, sort_keys=True, default=repr) == json.dumps(dict(wanted.outputs), sort_keys=True)
    else:
        assert isinstance(found, Exception)
        assert wanted.error is not None
        if wanted.error.type in ("fail", "assert"):
            assert str(found) == wanted.error.message
    blocks = {task.id for task in built.walk() if task.kind in BLOCKS}
    states = {at: state for at, state in places(wanted.tasks).items() if at.partition("[")[0] not in blocks}
    # a task that does not start has no run in Prefect, and one whose block is not taken neither
    seen = {at: state for at, state in record.tasks.items() if at.partition("[")[0] not in blocks}
    assert {at: state for at, state in states.items() if state in ("succeeded", "failed") or at in seen} == seen


def places(tasks: tuple[object, ...]) -> dict[str, str]:
    """States by the names that runs have in Prefect: `a[1].b[0].c` is `c[1,0]`."""
    found = {}
    for task in tasks:
        at = str(task.at)  # type: ignore[attr-defined]
        indices = re.findall(r"\[([0-9]+)\]", at)
        name = re.sub(r"\[[^]]*\]", "", at).rpartition(".")[2]
        found[name + (f"[{','.join(indices)}]" if indices else "")] = str(task.state)  # type: ignore[attr-defined]
    return found
