"""The workflow patient.

Run: python patient.py
"""

import asyncio
from typing import Any

from prefect import flow, get_run_logger, pause_flow_run, task
from prefect.flow_runs import aresume_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run

NO_TIMEOUT = 10 * 365 * 24 * 3600  # a pause has to end some time


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


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error)}


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


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task
async def first() -> None:
    form = Approval.with_initial_data(description="Well?")
    _, is_late = await answered(form, 1, approved=False)
    if is_late:
        raise TimeoutError("nobody answered in time")


@task
async def say() -> None:
    get_run_logger().info("asked again")


@task
async def last() -> str | None:
    form = Approval.with_initial_data(description="And now?")
    answer = await pause_flow_run(
        wait_for_input=form, timeout=NO_TIMEOUT, poll_interval=2
    )
    return answer.by


@flow(name="patient")
async def patient() -> dict[str, Any]:
    first_error = None
    first_state = "cancelled"
    try:
        await first()
        first_state = "succeeded"
    except Exception as error:
        first_state = "failed"
        first_error = failure(error)
    await say()
    last_by = await last()
    return {
        "first": first_state,
        "why": dig(first_error, "type", default="none"),
        "by": last_by,
    }


if __name__ == "__main__":
    asyncio.run(patient())
