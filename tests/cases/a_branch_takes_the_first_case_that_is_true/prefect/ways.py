"""Three branches; one takes its first true case, one its else, one nothing.

Run: python ways.py
"""

import asyncio
from typing import Annotated, Any

from prefect import flow, get_run_logger, task
from pydantic import Field


@task
async def huge() -> None:
    get_run_logger().info("huge")


@task
async def big() -> None:
    get_run_logger().info("big")


@task
async def middling() -> None:
    get_run_logger().info("middling")


@task
async def negative() -> None:
    get_run_logger().info("negative")


@task
async def positive() -> None:
    get_run_logger().info("positive")


@task
async def lucky() -> None:
    get_run_logger().info("lucky")


@flow(name="ways")
async def ways(amount: Annotated[int, Field(strict=True)] = 500) -> dict[str, Any]:
    """Three branches; one takes its first true case, one its else, one nothing."""
    if amount > 1000:
        await huge()
        size_taken = "0"
    elif amount > 100:
        await big()
        size_taken = "1"
    elif amount > 10:
        await middling()
        size_taken = "2"
    else:
        size_taken = "else"
    if amount < 0:
        await negative()
        sign_taken = "0"
    else:
        await positive()
        sign_taken = "else"
    if amount == 7:
        await lucky()
        bonus_taken = "0"
    else:
        bonus_taken = "else"
    return {"size": size_taken, "sign": sign_taken, "bonus": bonus_taken}


if __name__ == "__main__":
    asyncio.run(ways())
