"""The workflow contract.

Run: python contract.py
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, pause_flow_run, task
from prefect.input import RunInput
from prefect.states import Completed, State

NO_TIMEOUT = 10 * 365 * 24 * 3600  # a pause has to end some time
LEGAL_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["clause"],
    "properties": {"clause": {"type": "integer"}},
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


def filled_in(answer: Approval, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a form, which fit its schema."""
    fields = answer.model_dump(by_alias=True, exclude=set(Approval.model_fields))
    found = {name: value for name, value in fields.items() if value is not None}
    return fitting(found, schema)


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


class LegalForm(Approval):
    """The answer to `legal`."""

    clause: int | None = None


@task
async def legal() -> tuple[str, bool, str | None, dict[str, Any] | None]:
    form = LegalForm.with_initial_data(description="Is it legal?")
    answer = await pause_flow_run(
        wait_for_input=form, timeout=NO_TIMEOUT, poll_interval=2
    )
    return (
        "approved" if answer.approved else "rejected",
        answer.approved,
        answer.by,
        filled_in(answer, LEGAL_SCHEMA) if answer.approved else None,
    )


@task
async def budget(
    legal_value: dict[str, Any],
) -> tuple[str, bool, str | None, str | None]:
    form = Approval.with_initial_data(
        description=f"Clause {dig(legal_value, 'clause', default=0)}: can we pay?"
    )
    answer = await pause_flow_run(wait_for_input=form, timeout=7200, poll_interval=2)
    return (
        "approved" if answer.approved else "rejected",
        answer.approved,
        answer.by,
        answer.comment,
    )


@task
async def done() -> None:
    get_run_logger().info("signed")


@flow(name="contract")
async def contract() -> dict[str, Any]:
    budget_outcome = budget_approved = budget_by = None
    budget_comment = None
    legal_outcome, legal_approved, legal_by, legal_value = await legal()
    if legal_approved:
        budget_outcome, budget_approved, budget_by, budget_comment = await budget(
            legal_value
        )
    else:
        await skipped.with_options(task_run_name="budget")()
    if budget_approved if budget_approved is not None else False:
        await done()
    else:
        await skipped.with_options(task_run_name="done")()
    return {
        "legal": [legal_outcome, legal_by, dig(legal_value, "clause", default=0)],
        "budget": [
            budget_outcome if budget_outcome is not None else "none",
            budget_by if budget_by is not None else "nobody",
            budget_comment if budget_comment is not None else "",
        ],
    }


if __name__ == "__main__":
    asyncio.run(contract())
