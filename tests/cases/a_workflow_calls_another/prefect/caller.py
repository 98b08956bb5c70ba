"""Greets two people by another workflow.

Run: python caller.py
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

from prefect import flow, task

from greeter import greeter as call_greeter


async def called(name: str, run: Awaitable[Any]) -> Any:
    """The outputs of a called flow; what fails in it is told as its failure."""
    try:
        return await run
    except Exception as error:
        raise RuntimeError(f"{name} failed: {error}") from error


@task
async def first(api: str) -> dict[str, Any]:
    return await called("greeter", call_greeter(api=api, name="Ann"))


@task
async def second(api: str) -> dict[str, Any]:
    return await called("greeter", call_greeter(api=api, name="Ben", times=1 + 1))


@flow(name="caller")
async def caller(api: str = "https://api.example.com") -> dict[str, Any]:
    """Greets two people by another workflow."""
    first_value = await first(api)
    second_value = await second(api)
    return {"greetings": [first_value["text"], second_value["text"]]}


if __name__ == "__main__":
    asyncio.run(caller())
