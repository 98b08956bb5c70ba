"""Tells a weight in kilos.

Run: python weight_of.py '{"name": ...}'
"""

import asyncio
import json
import math
import sys
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


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


@task
async def real(grams: int) -> None:
    if not (grams > 0):
        raise AssertionError(f"{grams} is no weight")


@flow(name="weight_of")
async def weight_of(grams: Annotated[int, Field(strict=True)]) -> dict[str, Any]:
    """Tells a weight in kilos."""
    await real(grams)
    return {"kilos": checked(grams / 1000)}


if __name__ == "__main__":
    asyncio.run(weight_of(**json.loads(sys.argv[1])))
