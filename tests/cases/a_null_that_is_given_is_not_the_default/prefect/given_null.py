"""Gives back a note that may be null.

Run: python given_null.py
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task

NOTE_SCHEMA: dict[str, Any] = {"type": ["string", "null"]}


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


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task
async def say(note: str | None) -> None:
    get_run_logger().info("%s", as_text(note))


@flow(name="given_null")
async def given_null(note: str | None = "full") -> dict[str, Any]:
    """Gives back a note that may be null."""
    fitting(note, NOTE_SCHEMA)
    await say(note)
    return {"note": note}


if __name__ == "__main__":
    asyncio.run(given_null())
