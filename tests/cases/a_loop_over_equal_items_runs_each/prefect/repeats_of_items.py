"""Loops over lists that hold the same item twice, and null.

Run: python repeats_of_items.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, task

NAMES_DEFAULT: list[str] = ["a", "a", "b"]
NAMES_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
NUMBERS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {"type": ["integer", "null"]},
}


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(task_run_name="mark[{index}]")
async def mark(name: str, index: int) -> str:
    return f"{name}{index}"


@task(task_run_name="wrap[{index}]")
async def wrap(index: int, number: int | None) -> list[int | None]:
    return [index, number]


async def run_repeats_of_items(
    numbers: list[int | None], names_: list[str]
) -> dict[str, Any]:
    fitting(names_, NAMES_SCHEMA)
    fitting(numbers, NUMBERS_SCHEMA)
    by_name_value = []
    for index, name in enumerate(names_):
        mark_text = await mark(name, index)
        by_name_value.append(mark_text)
    by_number_value = []
    for index, number in enumerate(numbers):
        wrap_pair = await wrap(index, number)
        by_number_value.append(wrap_pair)
    return {"names": by_name_value, "numbers": by_number_value}


@flow(name="repeats_of_items")
async def repeats_of_items(
    numbers: list[int | None], names: list[str] = NAMES_DEFAULT
) -> dict[str, Any]:
    """Loops over lists that hold the same item twice, and null."""
    return await run_repeats_of_items(numbers, names)


if __name__ == "__main__":
    asyncio.run(repeats_of_items(**json.loads(sys.argv[1])))
