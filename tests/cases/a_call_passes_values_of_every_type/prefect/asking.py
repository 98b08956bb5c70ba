"""Has another workflow give back what it is given.

Run: python asking.py
"""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, task

from giving_back import giving_back as call_giving_back

NOTE_SCHEMA: dict[str, Any] = {"type": ["string", "null"]}


def is_number(value: Any) -> bool:
    """Whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


async def called(name: str, run: Awaitable[Any]) -> Any:
    """The outputs of a called flow; what fails in it is told as its failure."""
    try:
        return await run
    except Exception as error:
        raise RuntimeError(f"{name} failed: {error}") from error


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task
async def first(note: str | None) -> dict[str, Any]:
    return await called(
        "giving_back",
        call_giving_back(
            text='ä "q" {{ x }}',
            count=2147483647,
            ratio=0.1,
            yes=False,
            list=[1, None, "2"],
            object={"z": None, "a": [], "m": {"n": None}},
            note=note,
            word="large",
        ),
    )


@task
async def second() -> dict[str, Any]:
    return await called(
        "giving_back",
        call_giving_back(text="plain", count=3 - 3, ratio=-2.5, list=[], object={}),
    )


@flow(name="asking")
async def asking(note: str | None = None) -> dict[str, Any]:
    """Has another workflow give back what it is given."""
    fitting(note, NOTE_SCHEMA)
    first_value = await first(note)
    second_value = await second()
    return {
        "first": first_value["all"],
        "second": second_value["all"],
        "types": [
            is_number(first_value["count"]),
            isinstance(first_value["yes"], bool),
            isinstance(second_value["list"], list),
            first_value["nothing"] is None,
        ],
    }


if __name__ == "__main__":
    asyncio.run(asking())
