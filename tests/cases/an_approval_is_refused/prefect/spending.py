"""Asks a person whether money may be spent.

Run: python spending.py
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, pause_flow_run, task
from prefect.flow_runs import aresume_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from prefect.states import Completed, State
from pydantic import Field

NO_TIMEOUT = 10 * 365 * 24 * 3600  # a pause has to end some time
ASK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["size"],
    "properties": {"size": {"type": "integer", "minimum": 1}},
}


def kind_of(value: Any) -> str:
    """What a JSON value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "object" if isinstance(value, dict) else "list"


def at(value: Any, step: Any) -> Any:
    """A value by its key, an item by its number, or a part by a slice."""
    if isinstance(value, dict if isinstance(step, str) else list | str):
        return value[step]
    raise TypeError(f"no {step!r} in {kind_of(value)}")


def dig(value: Any, *path: Any, default: Any = None) -> Any:
    """What stands at a path of keys, numbers and slices, or else the default."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return default
        try:
            value = at(value, step)
        except LookupError:
            return default
    return default if value is None else value


@task
async def skipped() -> State[Any]:
    """Stand in the run for a task whose condition is false."""
    return Completed(name="Skipped", message="its condition is false")


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

    size: int | None = Field(None, ge=1)


@task(name="ask")
async def ask_() -> tuple[str, bool, str | None, str | None, dict[str, Any] | None]:
    form = AskForm.with_initial_data(description="May we?")
    answer, is_late = await answered(form, 3600, approved=True)
    return (
        "timed_out" if is_late else "approved" if answer.approved else "rejected",
        answer.approved,
        answer.by,
        answer.comment,
        filled_in(answer, ASK_SCHEMA) if answer.approved and not is_late else None,
    )


@task
async def ship() -> None:
    get_run_logger().info("sent")


@flow(name="spending")
async def spending() -> dict[str, Any]:
    """Asks a person whether money may be spent."""
    ask_outcome, ask_approved, ask_by, ask_comment, ask_value = await ask_()
    if ask_approved:
        await ship()
    else:
        await skipped.with_options(task_run_name="ship")()
    return {
        "outcome": ask_outcome,
        "approved": ask_approved,
        "by": ask_by,
        "comment": ask_comment,
        "size": dig(ask_value, "size", default=0),
        "is_filled": ask_value is not None,
    }


if __name__ == "__main__":
    asyncio.run(spending())
