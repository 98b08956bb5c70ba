"""Looks at the errors of tasks that were skipped, went well, and failed.

Run: python no_error.py
"""

import asyncio
import math
from typing import Annotated, Any

from prefect import flow, get_run_logger, task
from prefect.states import Completed, State
from pydantic import Field


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


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


class Failed(Exception):
    """A task that is there to fail the run."""


@task
async def skipped() -> State[Any]:
    """Stand in the run for a task whose condition is false."""
    return Completed(name="Skipped", message="its condition is false")


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error), "message": message_of(error)}


def message_of(error: BaseException) -> str:
    """The text of an error."""
    return str(error) or type(error).__name__


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        Failed: "fail",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task
async def left_out() -> None:
    get_run_logger().info("never")


@task
async def went_well(n: int) -> float:
    return checked(n / 2)


@task
async def went_wrong() -> None:
    raise Failed("on purpose")


@task
async def tell(
    left_out_error: None,
    went_well_error: dict[str, Any] | None,
    went_wrong_error: dict[str, Any] | None,
) -> None:
    get_run_logger().info(
        "%s",
        f"{dig(left_out_error, 'message', default='none')}, "
        f"{dig(went_well_error, 'message', default='none')}, "
        f"{dig(went_wrong_error, 'message', default='none')}",
    )


@flow(name="no_error")
async def no_error(n: Annotated[int, Field(strict=True)] = 1) -> dict[str, Any]:
    """Looks at the errors of tasks that were skipped, went well, and failed."""
    left_out_error = went_well_half = went_well_error = None
    went_wrong_error = None
    if n > 1:
        await left_out()
    else:
        await skipped.with_options(task_run_name="left_out")()
    went_well_half = await went_well(n)
    try:
        await went_wrong()
    except Exception as error:
        went_wrong_error = failure(error)
    if True and left_out_error is None:
        await tell(left_out_error, went_well_error, went_wrong_error)
    return {
        "half": went_well_half,
        "is_defined": True and True,
        "is_null": left_out_error is None and went_well_error is None,
        "has_failed": went_wrong_error is not None,
    }


if __name__ == "__main__":
    asyncio.run(no_error())
