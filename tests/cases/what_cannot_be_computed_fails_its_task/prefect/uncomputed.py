"""Shares a sum among nobody.

Run: python uncomputed.py
"""

import asyncio
import math
import re
from typing import Annotated, Any

from prefect import flow, task
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


def a_number(value: Any) -> int | float:
    """A number; anything else is refused, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, not {kind_of(value)}")
    return value


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


def to_integer(value: Any) -> int:
    """A number cut off towards zero, or a text of digits as a number."""
    if not isinstance(value, str):
        return int(checked(int(a_number(value))))
    if not re.fullmatch(r"[+-]?[0-9]{1,400}", value):
        raise ValueError("the text is no integer")
    return int(checked(int(value)))


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error)}


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task
async def share(people: int) -> float:
    return checked(100 / people)


@task
async def read() -> None:
    _ = to_integer("twelve")


@task
async def grow(people: int) -> None:
    _ = checked(checked(9223372036854775807 + people) + 1)


@flow(name="uncomputed")
async def uncomputed(people: Annotated[int, Field(strict=True)] = 0) -> dict[str, Any]:
    """Shares a sum among nobody."""
    share_each = share_error = read_error = grow_error = None
    try:
        share_each = await share(people)
    except Exception as error:
        share_error = failure(error)
    try:
        await read()
    except Exception as error:
        read_error = failure(error)
    try:
        await grow(people)
    except Exception as error:
        grow_error = failure(error)
    return {
        "types": [
            dig(share_error, "type", default="-"),
            dig(read_error, "type", default="-"),
            dig(grow_error, "type", default="-"),
        ],
        "share": share_each if share_each is not None else 0,
    }


if __name__ == "__main__":
    asyncio.run(uncomputed())
