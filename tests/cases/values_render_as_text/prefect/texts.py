"""Renders values of every type into a text.

Run: python texts.py '{"name": ...}'
"""

import asyncio
import json
import math
import sys
from typing import Any

from prefect import flow, get_run_logger, task


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


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


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


@task
async def say(value: dict[str, Any]) -> None:
    get_run_logger().info(
        "%s",
        f"{as_text(value['yes'])}|{as_text(value['none'])}|{as_text(value['list'])}|"
        f"{as_text(value['object'])}|{as_text(value['number'])}|{checked(4 / 2)}|0|"
        f"{as_text(checked(2.5e20 * 4))}|{as_text(checked(1 / 3))}",
    )


@task(name="kept")
async def kept_(value: dict[str, Any]) -> tuple[Any, Any, str, str]:
    return (
        value["list"],
        value["number"],
        f"n={as_text(value['number'])}",
        "{{ } { {# # }} {%",
    )


@flow(name="texts")
async def texts(value: dict[str, Any]) -> dict[str, Any]:
    """Renders values of every type into a text."""
    await say(value)
    kept_alone, kept_spaced, kept_amid, kept_braces = await kept_(value)
    return {
        "alone": kept_alone,
        "spaced": kept_spaced,
        "amid": kept_amid,
        "braces": kept_braces,
    }


if __name__ == "__main__":
    asyncio.run(texts(**json.loads(sys.argv[1])))
