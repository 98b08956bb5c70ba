"""Goes past a loop that fails, and tells why.

Run: python loop_errors.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, task
from prefect.states import Completed, State

NUMBERS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "integer"}}


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


class Failed(Exception):
    """A task that is there to fail the run."""


@task
async def skipped() -> State[Any]:
    """Stand in the run for a task whose condition is false."""
    return Completed(name="Skipped", message="its condition is false")


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error)}


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        ValidationError: "returns",
        Failed: "fail",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(task_run_name="refuse[{index}]")
async def refuse(index: int) -> None:
    raise Failed("zero")


@task(task_run_name="keep[{index}]")
async def keep(index: int) -> None:
    pass


@task
async def after(each_error: dict[str, Any] | None) -> str:
    return dig(each_error, "type", default="-")


@flow(name="loop_errors")
async def loop_errors(numbers: list[int]) -> dict[str, Any]:
    """Goes past a loop that fails, and tells why."""
    fitting(numbers, NUMBERS_SCHEMA)
    each_error = None
    try:
        for index, n in enumerate(numbers):
            if n == 0:
                await refuse(index)
            else:
                await skipped.with_options(task_run_name=f"refuse[{index}]")()
            await keep(index)
    except Exception as error:
        each_error = failure(error) | {"type": "item"}
    after_type = await after(each_error)
    return {"type": after_type}


if __name__ == "__main__":
    asyncio.run(loop_errors(**json.loads(sys.argv[1])))
