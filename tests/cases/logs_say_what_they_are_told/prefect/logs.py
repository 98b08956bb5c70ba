"""Writes a line of every level.

Run: python logs.py
"""

import asyncio
import json
from typing import Any

from prefect import flow, get_run_logger, task


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


@task(name="one")
async def one_(who: str) -> None:
    get_run_logger().info("%s", f"hello {who}")


@task
async def two(who: str) -> None:
    get_run_logger().warning("%s", f"100% {who.upper()}")


@task
async def three() -> None:
    get_run_logger().error("%s", f"{as_text({'n': 1})} %s %d")


@task
async def four() -> None:
    get_run_logger().debug("two\nlines")


@flow(name="logs")
async def logs(who: str = "world") -> None:
    """Writes a line of every level."""
    await one_(who)
    await two(who)
    await three()
    await four()


if __name__ == "__main__":
    asyncio.run(logs())
