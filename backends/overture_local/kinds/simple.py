"""The tasks that need nothing but the run itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from overture.expressions.types import Json
from overture.language.scalars import seconds
from overture_local.attempt import Attempt, fit
from overture_local.clock import precise_timestamp
from overture_local.failures import TaskFailed


async def run_set(attempt: Attempt) -> Mapping[str, Json]:
    values: dict[str, Json] = attempt.value("values")
    return values


async def run_remember(attempt: Attempt) -> Mapping[str, Json]:
    """The values reach the store in the transaction that records the end of this task."""
    values: dict[str, Json] = attempt.value("values")
    schemas = {variable.name: variable.schema for variable in attempt.engine.plan.state}
    for name, value in values.items():
        if name in schemas:
            fit(value, schemas[name], f"`state.{name}`")
    attempt.remembered.update(values)
    return {}


async def run_log(attempt: Attempt) -> Mapping[str, Json]:
    await attempt.log(attempt.literal("level", "info"), attempt.text("message"))
    return {}


async def run_assert(attempt: Attempt) -> Mapping[str, Json]:
    """`that` is one list of conditions; an `assert` may guard a later one, so they are evaluated in order."""
    tree = attempt.task.fields["that"]
    conditions = getattr(tree, "items", ())
    for number, condition in enumerate(conditions, start=1):
        if not attempt.condition(condition):
            message = attempt.optional_text("message")
            raise TaskFailed("assert", f"condition {number} does not hold" if message is None else message)
    return {}


async def run_fail(attempt: Attempt) -> Mapping[str, Json]:
    raise TaskFailed("fail", attempt.text("message"))


async def run_stop(attempt: Attempt) -> Mapping[str, Json]:
    """What comes after stands in the other case of a branch (the plan sees to that), so there is only its message."""
    message = attempt.optional_text("message")
    if message:
        await attempt.log("info", message)
    return {}


async def run_wait(attempt: Attempt) -> Mapping[str, Json]:
    """The moment is fixed when the wait begins, so that a crash does not lengthen it."""
    clock = attempt.engine.clock
    if "until" in attempt.started:
        moment = datetime.fromisoformat(attempt.started["until"])
        await attempt.engine.sleep((moment - clock.now()).total_seconds(), attempt.frame)
        return {}
    delay_seconds = _delay_seconds(attempt)
    moment = datetime.fromtimestamp(clock.now().timestamp() + delay_seconds, UTC)
    attempt.engine.record_start(attempt.task, attempt.frame, {"until": precise_timestamp(moment)})
    await attempt.engine.sleep(delay_seconds, attempt.frame)
    return {}


def _delay_seconds(attempt: Attempt) -> float:
    if attempt.has("for"):
        text = attempt.text("for").strip()
        try:
            return seconds(text)
        except ValueError:
            raise TaskFailed("expression", f"`{text}` is not a duration") from None
    text = attempt.text("until").strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise TaskFailed("expression", f"`{text}` is not a moment (RFC 3339)")
    return max(0.0, (moment - attempt.engine.clock.now()).total_seconds())
