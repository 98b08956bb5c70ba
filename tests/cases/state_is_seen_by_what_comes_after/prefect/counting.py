"""Counts its runs.

Run: python counting.py
"""

import asyncio
import math
from collections.abc import Mapping
from typing import Any

from prefect import flow, task
from prefect.variables import Variable

STATE_VARIABLE = "counting_state"
STATE_DEFAULTS: dict[str, Any] = {"runs": 0, "last": None}


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


async def read_state() -> dict[str, Any]:
    """What is kept between runs."""
    kept = await Variable.aget(STATE_VARIABLE, default=None)
    return {**STATE_DEFAULTS, **(kept or {})}


async def remember_values(values: Mapping[str, Any]) -> None:
    """Keep values for what comes after and for later runs: 5,000 characters in all."""
    kept = await Variable.aget(STATE_VARIABLE, default=None)
    await Variable.aset(STATE_VARIABLE, {**(kept or {}), **values}, overwrite=True)


@task
async def before() -> int:
    state = await read_state()
    return state["runs"]


@task
async def count() -> None:
    state = await read_state()
    await remember_values(
        {
            "runs": checked(state["runs"] + 1),
            "last": {"note": None, "runs": state["runs"]},
        },
    )


@task
async def after() -> int:
    state = await read_state()
    return state["runs"]


@flow(name="counting")
async def counting() -> dict[str, Any]:
    """Counts its runs."""
    before_runs = await before()
    await count()
    after_runs = await after()
    state = await read_state()
    return {"before": before_runs, "after": after_runs, "last": state["last"]}


if __name__ == "__main__":
    asyncio.run(counting())
