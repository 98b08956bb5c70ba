"""Goes through three hundred numbers, ten at once.

Run: python many.py
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from prefect import flow, task


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


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


def a_list(value: Any) -> list[Any]:
    """A list; anything else is refused."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, not {kind_of(value)}")
    return value


def a_number(value: Any) -> int | float:
    """A number; anything else is refused, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, not {kind_of(value)}")
    return value


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


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


def total(items: Any) -> int | float:
    """The sum of numbers."""
    result: int | float = 0
    for item in a_list(items):
        result = checked(result + a_number(item))
    return result


async def finish(running: Iterable[asyncio.Future[Any]]) -> None:
    """Let all end and raise the first error; when cancelled, cancel them."""
    waiting, failure = set(running), None
    try:
        while waiting:
            done, waiting = await asyncio.wait(
                waiting, return_when=asyncio.FIRST_COMPLETED
            )
            for step in done:
                failure = failure or step.exception()
    except asyncio.CancelledError:
        for step in waiting:
            step.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        raise
    if failure is not None:
        raise failure


async def for_each(
    items: Sequence[Any],
    body: Callable[[Any, int], Awaitable[Any]],
    limit: int,
    failed: list[dict[str, Any]] | None = None,
) -> list[Any]:
    """Run body(item, index) for every item, at most `limit` at once; results in order.

    A failed item ends it all, unless there is a list for the items that failed.
    """
    results: dict[int, Any] = {}
    errors: list[tuple[int, Exception]] = []
    queue = iter(enumerate(items))

    async def work() -> None:
        for index, item in queue:
            try:
                results[index] = await body(item, index)
            except Exception as error:
                errors.append((index, error))
            if errors and failed is None:
                return

    workers = [asyncio.create_task(work()) for _ in range(min(limit, len(items)))]
    await finish(workers)
    if errors and failed is None:
        raise errors[0][1]
    for index, error in sorted(errors, key=lambda each: each[0]):
        failed.append({"index": index, "item": items[index], "error": failure(error)})
    return [results[index] for index in sorted(results)]


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error), "message": message_of(error)}


def message_of(error: BaseException) -> str:
    """The text of an error."""
    return str(error) or type(error).__name__


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(task_run_name="keep[{index}]")
async def keep(n: int, index: int) -> int:
    return n


@flow(name="many")
async def many() -> dict[str, Any]:
    """Goes through three hundred numbers, ten at once."""

    async def do_each(n: Any, index: int) -> Any:
        keep_n = await keep(n, index)
        return keep_n

    each_failed = []
    each_value = await for_each(list(range(0, 300)), do_each, limit=10)
    return {
        "count": len(each_value),
        "sum": total(each_value),
        "first": each_value[0:3],
        "last": dig(each_value, -1, default=0),
        "in_order": each_value == sorted(each_value),
        "failed": len(each_failed),
    }


if __name__ == "__main__":
    asyncio.run(many())
