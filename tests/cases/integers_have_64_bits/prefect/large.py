"""Gives back a large number.

Run: python large.py '{"name": ...}'
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


@task(name="kept")
async def kept_(large: int) -> int:
    return checked(0 - large)


@flow(name="large")
async def large(large: Annotated[int, Field(strict=True)]) -> dict[str, Any]:
    """Gives back a large number."""
    kept_least = await kept_(large)
    return {"large": large, "least": kept_least}


if __name__ == "__main__":
    asyncio.run(large(**json.loads(sys.argv[1])))
