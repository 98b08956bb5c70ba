"""Greets somebody whose name and age may be unknown, and must be said to be.

Run: python maybe.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task

WHO_SCHEMA: dict[str, Any] = {"type": ["string", "null"]}
AGE_SCHEMA: dict[str, Any] = {"type": ["integer", "null"]}
ADDRESS_SCHEMA: dict[str, Any] = {
    "type": ["object", "null"],
    "properties": {"city": {"type": "string"}},
}


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


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task
async def greet(who: str | None, age: int | None) -> None:
    get_run_logger().info(
        "%s",
        f"Hello {who if who is not None else 'stranger'}, "
        f"{'of an unknown age' if age is None else age}",
    )


@flow(name="maybe")
async def maybe(
    who: str | None, age: int | None, address: dict[str, Any] | None
) -> dict[str, Any]:
    """Greets somebody whose name and age may be unknown, and must be said to be."""
    fitting(who, WHO_SCHEMA)
    fitting(age, AGE_SCHEMA)
    fitting(address, ADDRESS_SCHEMA)
    await greet(who, age)
    return {"who": who, "age": age, "city": dig(address, "city", default="nowhere")}


if __name__ == "__main__":
    asyncio.run(maybe(**json.loads(sys.argv[1])))
