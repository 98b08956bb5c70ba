"""Reads what may be missing.

Run: python defaults.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, task

LIST_DEFAULT: list[int] = []
LIST_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "integer"}}


def kind_of(value: Any) -> str:
    """What a JSON value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "object" if isinstance(value, dict) else "list"


def at(value: Any, step: Any) -> Any:
    """A value by its key, an item by its number, or a part by a slice."""
    if isinstance(value, dict if isinstance(step, str) else list | str):
        return value[step]
    raise TypeError(f"no {step!r} in {kind_of(value)}")


def dig(value: Any, *path: Any, default: Any = None) -> Any:
    """What stands at a path of keys, numbers and slices, or else the default."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return default
        try:
            value = at(value, step)
        except LookupError:
            return default
    return default if value is None else value


def instead(value: Any, fallback: Callable[[], Any]) -> Any:
    """The value, or what is worked out instead of None."""
    return fallback() if value is None else value


def has(value: Any, *path: Any) -> bool:
    """Whether something stands at a path of keys, numbers and slices, even null."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return False
        try:
            value = at(value, step)
        except LookupError:
            return False
    return True


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task
async def read(data: dict[str, Any], list_: list[int]) -> tuple[Any, ...]:
    return (
        dig(data, "a", "b", default="-"),
        dig(data, "a", "x", "y", "z", default="-"),
        dig(data, "nothing", default="-"),
        dig(data, "nothing", "inner", default="-"),
        dig(list_, 5, default=-1),
        dig(list_, -9, default=-1),
        dig(list_, 0, default=0),
        dig(data, "rows", slice(0, 2), default=[]),
        dig(data, "no", default=True),
        dig(data, "empty", default="-"),
        instead(dig(data, "q"), lambda: data["a"]["b"]),
        [has(data, "a", "b"), has(data, "q", "r"), has(data, "nothing")],
    )


async def run_defaults(data: dict[str, Any], list_: list[int]) -> dict[str, Any]:
    fitting(list_, LIST_SCHEMA)
    (
        read_there,
        read_a_key,
        read_a_null,
        read_of_null,
        read_an_index,
        read_from_the_end,
        read_the_first,
        read_a_slice,
        read_a_false,
        read_an_empty,
        read_in_its_argument,
        read_asked,
    ) = await read(data, list_)
    return {
        "all": [
            read_there,
            read_a_key,
            read_a_null,
            read_of_null,
            read_an_index,
            read_from_the_end,
            read_the_first,
            read_a_slice,
            read_a_false,
            read_an_empty,
            read_in_its_argument,
        ],
        "asked": read_asked,
    }


@flow(name="defaults")
async def defaults(
    data: dict[str, Any], list: list[int] = LIST_DEFAULT
) -> dict[str, Any]:
    """Reads what may be missing."""
    return await run_defaults(data, list)


if __name__ == "__main__":
    asyncio.run(defaults(**json.loads(sys.argv[1])))
