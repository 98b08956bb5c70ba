"""`approve`: a person is asked (language.md 5). The question and its deadline outlive the process, see approvals.py."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime

from overture.expressions.types import Json
from overture_local.approvals import Approval, check_answer, filled_in
from overture_local.attempt import Attempt
from overture_local.clock import precise_timestamp
from overture_local.failures import RunRefused, TaskFailed


async def run_approve(attempt: Attempt) -> Mapping[str, Json]:
    until = _ask(attempt)
    approval = await _answer(attempt, until)
    if approval is None:
        return _timed_out(attempt)
    returns = attempt.literal("returns")
    try:
        check_answer(returns, approval)
    except RunRefused as refused:  # of an answer that was given in advance: no other is taken
        raise TaskFailed("returns", refused.message) from None
    value = filled_in(approval) if approval.approved and returns is not None else None
    return _results("approved" if approval.approved else "rejected", approval, value)


def _ask(attempt: Attempt) -> datetime | None:
    """Record the question, or that it stands still. The moment is fixed when it is asked for the first time."""
    engine, timeout_seconds = attempt.engine, attempt.task.timeout_seconds
    question = engine.question(attempt)
    if question is None:
        until = None
        if timeout_seconds is not None:
            moment = datetime.fromtimestamp(engine.clock.now().timestamp() + timeout_seconds, UTC)
            until = precise_timestamp(moment)
        message = engine.masker.text(attempt.text("message"))
        question = {"message": message, "until": until, "returns": attempt.literal("returns")}
    engine.record_question(attempt, question)
    return None if question["until"] is None else datetime.fromisoformat(question["until"])


async def _answer(attempt: Attempt, until: datetime | None) -> Approval | None:
    """The answer; None when the time is up."""
    engine, frame = attempt.engine, attempt.frame
    desk = engine.surroundings.desk
    approval = desk.stored(engine.run, attempt.key)
    if approval is not None:
        return approval
    left_seconds = math.inf if until is None else (until - engine.clock.now()).total_seconds()
    if desk.given is not None:
        if attempt.task.id in desk.given:
            return desk.given[attempt.task.id]
        if until is not None or frame.deadline is not None:  # nobody will answer, so the clock is all there is
            await engine.sleep(left_seconds, frame)
            return None
    if left_seconds <= 0:
        return None
    return await desk.wait(engine.run, attempt.key, until)


def _timed_out(attempt: Attempt) -> Mapping[str, Json]:
    on_timeout: str = attempt.literal("on_timeout", "fail")
    if on_timeout == "fail":
        raise TaskFailed("timeout", f"nobody answered in {attempt.task.timeout_seconds:g} s")
    return _results("timed_out", Approval(on_timeout == "approve"), None)


def _results(outcome: str, approval: Approval, value: Json) -> Mapping[str, Json]:
    return {
        "outcome": outcome,
        "approved": approval.approved,
        "by": approval.by,
        "comment": approval.comment,
        "value": value,
    }
