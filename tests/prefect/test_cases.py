"""Every case that is exported, run as the module that it became: the same outputs, task states, requests and logs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from exporting import run_module
from prefect_standin import Record

from overture.cli.loading import load
from overture.plan.build import plan
from overture.plan.model import Plan
from overture.testing import Answer, Mailbox, find_cases, load_case
from overture.testing.agreement import Observed, differences
from overture.testing.cases import Case, read_workspace
from overture.testing.instances import comparable_tasks
from overture_prefect import backend

CASES = Path(__file__).parents[1] / "cases"
BLOCKS = ("branch", "foreach", "repeat", "try")
"""Kinds that have no task run of their own in Prefect."""

CLOCKED = ("a_schedule_says_when_it_was_due", "a_wait_takes_as_long_as_it_says", "nightly_report")
"""Cases whose outputs say what time it is."""


def plan_of(workflow: Path) -> Plan:
    checked = load(str(workflow)).verdict.checked
    assert checked is not None
    return plan(checked)


@pytest.mark.parametrize("folder", find_cases(CASES), ids=lambda folder: folder.name)
def test_a_case_is_what_its_module_does(folder: Path, tmp_path: Path) -> None:
    case = load_case(folder)
    built = plan_of(case.workflow)
    export = backend.export(built, {})
    if not export.files:
        pytest.skip("; ".join(gap.message for gap in export.gaps if gap.severity == "error"))
    if (support := case.engines["prefect"]).marker in ("notyet", "never"):
        pytest.skip(support.reason)
    if case.name in CLOCKED:
        pytest.skip("the module reads the clock of the machine")
    with case.world() as world, Mailbox() as mailbox:
        workspace = tmp_path / "workspace"
        workspace.mkdir()
        placed = case.placed(world.url, workspace, mailbox.url)
        placed.lay_files(workspace)
        state_name = f"{built.name}_state"
        record = Record(variables={state_name: dict(placed.state)} if placed.state else {})
        record.answers = {task: answer_of(answer) for task, answer in placed.approvals.items()}
        models = {
            "OPENAI_BASE_URL": world.model_url,
            "OPENAI_API_KEY": "key-of-the-test",
            "OVERTURE_MODEL": "default-model",
        }
        found = run_module(
            built,
            export.files,
            {**placed.inputs, **trigger_of(placed, built)},
            tmp_path,
            record=record,
            environment={**placed.secrets, **models},
        )
        failed = isinstance(found, Exception)
        observed = Observed(
            state="failed" if failed else "succeeded",
            outputs=None if failed else found,
            error={"message": str(getattr(found, "message", found))} if failed else None,
            tasks=record.tasks,
            requests=world.requests,
            model_calls=world.model_calls,
            state_after=record.variables.get(state_name, {}),
            files=read_workspace(workspace),
            log=None,
            mails=mailbox.mails,
            records_unstarted=False,
            comparable=comparable_tasks(built, BLOCKS),
        )
        assert differences(placed, observed) == []


def answer_of(answer: Answer) -> dict[str, Any]:
    """The form as a person fills it in."""
    said = {"by": answer.by, "comment": answer.comment}
    return {"approved": answer.approved, **said, **answer.value}


def trigger_of(case: Case, built: Plan) -> dict[str, Any]:
    """What stands in the request that starts a run for a webhook; signed, if the webhook is."""
    if case.trigger is None or case.trigger["type"] != "webhook":
        return {}
    given = {name: value for name, value in case.trigger.items() if name != "type"}
    signature = next(each.signature for each in built.triggers if each.type == "webhook")
    if signature is not None:
        raw = json.dumps(given.pop("body", None))
        digest = hmac.new(case.secrets[signature.secret].encode(), raw.encode(), hashlib.sha256)
        made = digest.hexdigest() if signature.encoding == "hex" else base64.b64encode(digest.digest()).decode()
        headers = {**(given.get("headers") or {}), signature.header: f"{signature.prefix}{made}"}
        given |= {"raw": raw, "headers": headers}
    return {"trigger": given}
