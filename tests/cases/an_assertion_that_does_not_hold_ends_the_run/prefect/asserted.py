"""Goes on only with enough in stock.

Run: python asserted.py '{"name": ...}'
"""

import asyncio
import json
import sys
from typing import Annotated, Any

from prefect import flow, get_run_logger, task
from pydantic import Field


def is_number(value: Any) -> bool:
    """Whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@task(name="named")
async def named_(name: str, stock: int) -> None:
    if name == "":
        raise AssertionError("no name")
    if not is_number(stock):
        raise AssertionError("no name")


@task
async def enough(stock: int, name: str) -> None:
    if not (stock > 0):
        raise AssertionError(f"only {stock} of {name} left")
    if not (stock >= 10):
        raise AssertionError(f"only {stock} of {name} left")


@task
async def sell() -> None:
    get_run_logger().info("sold")


@flow(name="asserted")
async def asserted(stock: Annotated[int, Field(strict=True)], name: str) -> None:
    """Goes on only with enough in stock."""
    await named_(name, stock)
    await enough(stock, name)
    await sell()


if __name__ == "__main__":
    asyncio.run(asserted(**json.loads(sys.argv[1])))
