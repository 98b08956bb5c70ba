"""Puts out a value of every type.

Run: python every_output.py
"""

import asyncio
import math
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, task
from prefect.states import Completed, State

NONE_SCHEMA: dict[str, Any] = {"type": ["integer", "null"]}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


@task
async def skipped() -> State[Any]:
    """Stand in the run for a task whose condition is false."""
    return Completed(name="Skipped", message="its condition is false")


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task
async def made(none: int | None) -> tuple[Any, ...]:
    return (
        "null",
        "a\r\nb\n",
        [[], [None], {}, {"a": none}],
        {"z": {"y": {"x": [none, {"w": None}]}}, "a": 1},
        1e21,
    )


@task
async def never() -> int:
    return 1


@flow(name="every_output")
async def every_output(none: int | None = None) -> dict[str, Any]:
    """Puts out a value of every type."""
    fitting(none, NONE_SCHEMA)
    never_n = None
    made_text, made_lines, made_nested, made_deep, made_number = await made(none)
    if none is not None:
        never_n = await never()
    else:
        await skipped.with_options(task_run_name="never")()
    return {
        "text": made_text,
        "empty": "",
        "lines": made_lines,
        "integer": 2147483646 + 1,
        "negative": 0 - 1,
        "number": made_number,
        "tiny": 5e-07,
        "whole": checked(4 / 2),
        "yes": none is None,
        "no": none is not None,
        "nothing": none,
        "list": [],
        "nested": made_nested,
        "object": {},
        "deep": made_deep,
        "skipped": never_n if never_n is not None else None,
    }


if __name__ == "__main__":
    asyncio.run(every_output())
