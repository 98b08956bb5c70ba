"""Gives a block of tasks a minute, which is enough.

Run: python in_good_time.py
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


@task
async def begun(word: str) -> str:
    return word.upper()


@task
async def tell(guarded_failed: bool, begun_said: str) -> None:
    get_run_logger().info(
        "%s",
        f"{as_text(guarded_failed)} "
        f"{begun_said if begun_said is not None else 'nothing'}",
    )


@flow(name="in_good_time")
async def in_good_time(word: str = "hi") -> dict[str, Any]:
    """Gives a block of tasks a minute, which is enough."""
    begun_said = None
    async with asyncio.timeout(60):
        try:
            begun_said = await begun(word)
            guarded_failed = False
        except Exception:
            guarded_failed = True
    await tell(guarded_failed, begun_said)
    return {"said": begun_said if begun_said is not None else "nothing"}


if __name__ == "__main__":
    asyncio.run(in_good_time())
