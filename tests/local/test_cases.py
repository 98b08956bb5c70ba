"""The one corpus of cases, on the local executor: whatever it does is what the language means."""

from __future__ import annotations

from pathlib import Path

import pytest

from overture.checks.verdict import Verdict
from overture.cli.loading import load
from overture.plan.build import plan
from overture.testing import (
    Case,
    Observed,
    SettableClock,
    SystemClock,
    World,
    comparable_tasks,
    differences,
    find_cases,
    load_case,
    read_workspace,
)
from overture.testing.instances import REPEATABLE
from overture_local import RunRequest, RunResult, Store, run
from overture_local.kinds import TASKS

CASES = find_cases(Path(__file__).parents[1] / "cases")


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_the_local_executor_agrees_with_the_case(folder: Path, tmp_path: Path) -> None:
    case = load_case(folder)
    verdict = _check(case)
    assert verdict.checked is not None
    built = plan(verdict.checked)
    kinds = {task.id: task.kind for task in built.walk()}
    refused = sorted({kind for kind in kinds.values() if kind not in TASKS})
    if refused:
        pytest.skip(f"no {', '.join(refused)} on the local executor")
    with case.world() as world:
        workspace = tmp_path / "workspace"
        workspace.mkdir()
        placed = case.placed(world.url, workspace)
        placed.lay_files(workspace)
        lines: list[tuple[str, str]] = []
        result, state = _run(placed, verdict, world, workspace, tmp_path / "home", lines)
        observed = Observed(
            state=result.state,
            outputs=result.outputs,
            error=None if result.error is None else result.error.as_json(),
            tasks={task.at: task.state for task in result.tasks},
            attempts={task.at: task.attempts for task in result.tasks if kinds[task.id] in REPEATABLE},
            comparable=comparable_tasks(built),
            requests=world.requests,
            model_calls=world.model_calls,
            state_after=state,
            files=read_workspace(workspace),
            log=lines,
        )
    found = differences(placed, observed)
    assert not found, "\n".join(found)


def _check(case: Case) -> Verdict:
    verdict = load(str(case.workflow)).verdict
    assert verdict.checked is not None, [f"{each.at.line}: {each.message}" for each in verdict.diagnostics]
    return verdict


def _run(
    case: Case, verdict: Verdict, world: World, workspace: Path, home: Path, lines: list[tuple[str, str]]
) -> tuple[RunResult, dict[str, object]]:
    assert verdict.checked is not None
    built = plan(verdict.checked)
    log_tasks = {task.id for task in built.walk() if task.kind == "log"}

    def watch(event: object) -> None:
        assert isinstance(event, dict)
        if event["event"] == "log" and event["id"] in log_tasks:
            lines.append((event["level"], event["message"]))

    with Store(home) as store:
        if case.state:
            store.set_state(built.name, case.state)
    request = RunRequest(
        inputs=case.inputs,
        trigger=case.trigger,
        secrets=case.secrets,
        environment={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "OPENAI_BASE_URL": world.model_url,
            "OPENAI_API_KEY": "key-of-the-case",
            "OVERTURE_MODEL": "case-model",
        },
        workspace=workspace,
        home=home,
        allow_hosts=("127.0.0.1", *case.allow),
        clock=SystemClock() if case.clock is None else SettableClock(case.clock),
        on_event=watch,
    )
    result = run(built, request)
    with Store(home) as store:
        return result, store.state(built.name)
