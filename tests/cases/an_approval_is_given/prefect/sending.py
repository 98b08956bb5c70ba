"""Asks a person how to send a parcel.

Run: python sending.py
"""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any, Literal

from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, pause_flow_run, task
from prefect.input import RunInput
from prefect.states import Completed, State
from pydantic import Field

NO_TIMEOUT = 10 * 365 * 24 * 3600  # a pause has to end some time
ASK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["size", "share", "colour"],
    "properties": {
        "size": {
            "type": "integer",
            "minimum": 1,
            "maximum": 9,
            "description": "How many boxes",
        },
        "share": {"type": "number"},
        "colour": {"enum": ["red", "green"]},
        "parts": {"type": "array", "items": {"type": "string"}},
        "gift": {"type": "boolean"},
        "note": {"type": ["string", "null"]},
    },
}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def settled(value: Any) -> Any:
    """A JSON value with each number in its one form."""
    if isinstance(value, dict):
        return {key: settled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [settled(item) for item in value]
    return as_number(value) if type(value) in (int, float) else value


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


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


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


def has(value: Any, *path: Any) -> bool:
    """Whether something stands at a path of keys, numbers and slices, even null."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return False
        try:
            value = at(value, step)
        except LookupError:
            return False
    return True


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
    found = settled(found)
    return fitting(found, schema)


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


class AskForm(Approval):
    """The answer to `ask`."""

    size: int | None = Field(None, ge=1, le=9, description="How many boxes")
    share: float | None = None
    colour: Literal["red", "green"] | None = None
    parts: list[str] | None = None
    gift: bool | None = None
    note: str | None = None


@task(name="ask")
async def ask_(
    what: str,
) -> tuple[str, bool, str | None, str | None, dict[str, Any] | None]:
    form = AskForm.with_initial_data(description=f"Shall {what} be sent?")
    answer = await pause_flow_run(
        wait_for_input=form, timeout=NO_TIMEOUT, poll_interval=2
    )
    return (
        "approved" if answer.approved else "rejected",
        answer.approved,
        answer.by,
        answer.comment,
        filled_in(answer, ASK_SCHEMA) if answer.approved else None,
    )


@task
async def ship(ask_by: str | None, ask_value: dict[str, Any]) -> None:
    get_run_logger().info("%s", f"{as_text(ask_by)} sends {ask_value['size']}")


@flow(name="sending")
async def sending(what: str = 'a "big" <parcel> {x}') -> dict[str, Any]:
    """Asks a person how to send a parcel."""
    ask_outcome, ask_approved, ask_by, ask_comment, ask_value = await ask_(what)
    if ask_approved:
        await ship(ask_by, ask_value)
    else:
        await skipped.with_options(task_run_name="ship")()
    return {
        "outcome": ask_outcome,
        "approved": ask_approved,
        "by": ask_by,
        "comment": ask_comment,
        "size": checked(dig(ask_value, "size", default=0) + 1),
        "share": dig(ask_value, "share", default=0),
        "colour": dig(ask_value, "colour", default="none"),
        "parts": dig(ask_value, "parts", default=[]),
        "gift": "given" if has(ask_value, "gift") else "none",
    }


if __name__ == "__main__":
    asyncio.run(sending())
