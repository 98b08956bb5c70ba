"""The workflow quiet.

Run: python quiet.py
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, pause_flow_run, task
from prefect.flow_runs import aresume_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run

NO_TIMEOUT = 10 * 365 * 24 * 3600  # a pause has to end some time
ASK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["size"],
    "properties": {"size": {"type": "integer"}},
}


def number_text(value: float) -> str:
    """A number as text, without a final `.0`."""
    return repr(value).removesuffix(".0")


def printable(value: Any) -> Any:
    """The value, its doubles that Python would print with `.0` as integers."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return int(value)
    return value


def json_text(value: Any) -> str:
    """Compact JSON without needless escapes."""
    return json.dumps(printable(value), ensure_ascii=False, separators=(",", ":"))


def as_text(value: Any) -> str:
    """A value as text: null is empty, lists and objects are compact JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return json_text(value)


class Approval(RunInput):
    """What a person answers; nothing is approved that does not say so."""

    approved: bool
    by: str | None = None
    comment: str | None = None


async def answered(
    form: type[Approval], seconds: float, approved: bool
) -> tuple[Any, bool]:
    """A person's answer, or after so many seconds that of silence; whether it is that.

    Prefect fails a run whose pause times out, whatever its flow does about that. So the
    run is resumed before, with an answer in nobody's name.
    """
    run = flow_run.id

    async def give_up() -> None:
        await asyncio.sleep(seconds)
        while True:
            try:
                return await aresume_flow_run(run, run_input={"approved": approved})
            except Exception:  # not paused yet, or answered at this moment
                await asyncio.sleep(1)

    silence = asyncio.create_task(give_up())
    try:
        answer = await pause_flow_run(
            wait_for_input=form, timeout=NO_TIMEOUT, poll_interval=2
        )
    finally:
        silence.cancel()
    return answer, silence.done()


def filled_in(answer: Approval, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a form, which fit its schema."""
    fields = answer.model_dump(by_alias=True, exclude=set(Approval.model_fields))
    found = {name: value for name, value in fields.items() if value is not None}
    return fitting(found, schema)


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


class AskForm(Approval):
    """The answer to `ask`."""

    size: int | None = None


@task(name="ask")
async def ask_() -> tuple[str, bool, str | None, str | None, dict[str, Any] | None]:
    form = AskForm.with_initial_data(description="Well?")
    answer, is_late = await answered(form, 1, approved=True)
    return (
        "timed_out" if is_late else "approved" if answer.approved else "rejected",
        answer.approved,
        answer.by,
        answer.comment,
        filled_in(answer, ASK_SCHEMA) if answer.approved and not is_late else None,
    )


@task
async def say(ask_approved: bool) -> None:
    get_run_logger().info("%s", f"on without an answer: {as_text(ask_approved)}")


@flow(name="quiet")
async def quiet() -> dict[str, Any]:
    ask_outcome, ask_approved, ask_by, ask_comment, ask_value = await ask_()
    await say(ask_approved)
    return {
        "outcome": ask_outcome,
        "approved": ask_approved,
        "by": ask_by,
        "comment": ask_comment,
        "is_filled": ask_value is not None,
    }


if __name__ == "__main__":
    asyncio.run(quiet())
