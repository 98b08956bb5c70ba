"""The one corpus of cases, on the local executor: whatever it does is what the language means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from overture.checks.verdict import Verdict
from overture.cli.loading import load
from overture.plan.build import plan
from overture.plan.model import Plan
from overture.testing import (
    Case,
    Mailbox,
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
from overture.testing.models import MODEL_KEY
from overture_local import Approval, RunRequest, RunResult, Store, run
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
    with case.world() as world, Mailbox() as mailbox:
        workspace = tmp_path / "workspace"
        workspace.mkdir()
        placed = case.placed(world.url, workspace, mailbox.url)
        placed.lay_files(workspace)
        home = tmp_path / "home"
        events: list[Mapping[str, Any]] = []
        result, state = _run(placed, built, world, workspace, home, events)
        observed = Observed(
            state=result.state,
            outputs=result.outputs,
            error=None if result.error is None else result.error.as_json(),
            tasks={task.at: task.state for task in result.tasks},
            attempts={task.at: task.attempts for task in result.tasks if kinds[task.id] in REPEATABLE},
            comparable=comparable_tasks(built),
            requests=world.requests,
            model_calls=world.model_calls,
            mails=mailbox.mails,
            state_after=state,
            files=read_workspace(workspace),
            log=[(each["level"], each["message"]) for each in events if _is_of_log_task(each, kinds)],
            shown={
                "the events": json.dumps(events, ensure_ascii=False).encode(),
                "the result": json.dumps(result.as_json(), ensure_ascii=False).encode(),
                **{f"the store's {name}": content for name, content in read_workspace(home).items()},
            },
        )
    found = differences(placed, observed)
    assert not found, "\n".join(found)


def _check(case: Case) -> Verdict:
    verdict = load(str(case.workflow)).verdict
    assert verdict.checked is not None, [f"{each.at.line}: {each.message}" for each in verdict.diagnostics]
    return verdict


def _is_of_log_task(event: Mapping[str, Any], kinds: Mapping[str, str]) -> bool:
    return event["event"] == "log" and kinds.get(event["id"]) == "log"


def _run(
    case: Case, built: Plan, world: World, workspace: Path, home: Path, events: list[Mapping[str, Any]]
) -> tuple[RunResult, dict[str, object]]:
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
            "OPENAI_API_KEY": MODEL_KEY,
            "OVERTURE_MODEL": "case-model",
        },
        workspace=workspace,
        home=home,
        allow_hosts=("127.0.0.1", *case.allow),
        approvals={
            task: Approval(each.approved, each.by, each.comment, dict(each.value) or None)
            for task, each in case.approvals.items()
        },
        clock=SystemClock() if case.clock is None else SettableClock(case.clock),
        on_event=events.append,
    )
    result = run(built, request)
    with Store(home) as store:
        return result, store.state(built.name)
