"""What a pause of Prefect is, as found by pausing runs: why exported approvals are written as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engines.model import Approval

if TYPE_CHECKING:
    from engines.prefect.engine import PrefectEngine

pytestmark = pytest.mark.engine

HEAD = """
import asyncio
from typing import Literal

from prefect import flow, pause_flow_run, task
from prefect.exceptions import FlowPauseTimeout
from prefect.input import RunInput
from pydantic import Field


class Answer(RunInput):
    approved: bool
    by: str | None = None


class SizeForm(Answer):
    size: int | None = Field(None, ge=1, le=9, description="How many boxes")
    colour: Literal["red", "green"] | None = None
    shipped: str | None = Field(None, alias="ship-date")
"""

FORM = (
    HEAD
    + """
@task
async def ask():
    form = SizeForm.with_initial_data(description="Shall **it** be sent?")
    answer = await pause_flow_run(wait_for_input=form, timeout=60, poll_interval=1)
    return answer.model_dump(by_alias=True, exclude_unset=True)


@flow
async def asking():
    return await ask()
"""
)


def test_a_person_sees_what_is_asked_and_the_fields_to_fill_in(prefect: PrefectEngine) -> None:
    prefect.start()
    before = prefect.kept()
    answer = {"approved": True, "size": 3, "colour": "red", "ship-date": "2026-01-31"}
    run = prefect.run({"m.py": FORM}, "m.py:asking", approvals={"ask": Approval(answer, by="ann")})
    assert run.outputs == {**answer, "by": "ann"}
    stored = "\n".join(line for line in prefect.kept() - before if line.startswith("flow_run_input:"))
    assert "Shall **it** be sent?" in stored
    for part in ('"minimum":1', '"maximum":9', "How many boxes", '"enum":["red","green"]', '"ship-date"'):
        assert part in stored.replace(": ", ":").replace(", ", ","), stored


def test_an_answer_that_does_not_fit_the_form_leaves_the_run_waiting(prefect: PrefectEngine) -> None:
    module = FORM.replace("timeout=60", "timeout=5")
    run = prefect.run({"m.py": module}, "m.py:asking", approvals={"ask": Approval({"approved": True, "size": 12})})
    assert run.state == "failed"
    assert "12 is greater than the maximum of 9" in "\n".join(run.logs)


BOTH = (
    HEAD
    + """
@task
async def ask(what):
    answer = await pause_flow_run(wait_for_input=Answer, timeout=60, poll_interval=1)
    return answer.by


@flow
async def asking():
    found = await asyncio.gather(ask("a"), ask("b"), return_exceptions=True)
    return {"both": sorted(type(each).__name__ for each in found)}
"""
)


def test_a_run_has_one_pause_at_a_time(prefect: PrefectEngine) -> None:
    """The second one is refused while the first one waits."""
    run = prefect.run({"m.py": BOTH}, "m.py:asking", approvals={"ask": Approval({"approved": True}, by="ann")})
    assert run.outputs == {"both": ["Pause", "str"]}


LATE = (
    HEAD
    + """
@flow
async def asking():
    try:
        await pause_flow_run(wait_for_input=Answer, timeout=1, poll_interval=1)
    except FlowPauseTimeout:
        pass
    return {"went": "on"}
"""
)


def test_a_run_whose_pause_timed_out_fails_whatever_its_flow_does(prefect: PrefectEngine) -> None:
    run = prefect.run({"m.py": LATE}, "m.py:asking")
    assert run.state == "failed"
    assert (run.message or "").endswith(" and never resumed.")
