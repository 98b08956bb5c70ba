"""The workflow both.

Run: python both.py
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, pause_flow_run, task
from prefect.flow_runs import aresume_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run, task_run

NO_TIMEOUT = 10 * 365 * 24 * 3600  # a pause has to end some time
BUDGET_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["cents"],
    "properties": {"cents": {"type": "integer"}},
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


async def side_by_side(*steps: Awaitable[Any]) -> list[Any]:
    """Await every step to its end; only then raise the first error."""
    running = [asyncio.ensure_future(step) for step in steps]
    await finish(running)
    return [step.result() for step in running]


async def finish(running: Iterable[asyncio.Future[Any]]) -> None:
    """Let all end and raise the first error; when cancelled, cancel them."""
    waiting, failure = set(running), None
    try:
        while waiting:
            done, waiting = await asyncio.wait(
                waiting, return_when=asyncio.FIRST_COMPLETED
            )
            for step in done:
                failure = failure or step.exception()
    except asyncio.CancelledError:
        for step in waiting:
            step.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        raise
    if failure is not None:
        raise failure


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


async def apart(question: Callable[[], Awaitable[Any]]) -> Any:
    """Ask in a run of its own: a run has one pause at a time."""

    @flow(name=f"{flow_run.flow_name}-approval", flow_run_name=task_run.name)
    async def approval() -> Any:
        return await question()

    return await approval()


def filled_in(answer: Approval, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a form, which fit its schema."""
    fields = answer.model_dump(by_alias=True, exclude=set(Approval.model_fields))
    found = {name: value for name, value in fields.items() if value is not None}
    return fitting(found, schema)


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


class BudgetForm(Approval):
    """The answer to `budget`."""

    cents: int | None = None


@task
async def legal() -> tuple[str, str | None]:
    form = Approval.with_initial_data(description="Is it legal?")
    answer = await apart(
        lambda: pause_flow_run(wait_for_input=form, timeout=NO_TIMEOUT, poll_interval=2)
    )
    return "approved" if answer.approved else "rejected", answer.by


@task
async def budget() -> tuple[str, str | None, dict[str, Any] | None]:
    form = BudgetForm.with_initial_data(description="Can we pay?")
    answer, is_late = await apart(lambda: answered(form, 3600, approved=False))
    return (
        "timed_out" if is_late else "approved" if answer.approved else "rejected",
        answer.by,
        filled_in(answer, BUDGET_SCHEMA) if answer.approved and not is_late else None,
    )


@task
async def press() -> tuple[str, bool]:
    form = Approval.with_initial_data(description="Do we tell?")
    answer, is_late = await apart(lambda: answered(form, 2, approved=False))
    return (
        "timed_out" if is_late else "approved" if answer.approved else "rejected",
        answer.approved,
    )


@flow(name="both")
async def both() -> dict[str, Any]:
    (
        (legal_outcome, legal_by),
        (budget_outcome, budget_by, budget_value),
        (press_outcome, press_approved),
    ) = await side_by_side(legal(), budget(), press())
    return {
        "legal": [legal_outcome, legal_by],
        "budget": [budget_outcome, budget_by, dig(budget_value, "cents", default=0)],
        "press": [press_outcome, press_approved],
    }


if __name__ == "__main__":
    asyncio.run(both())
