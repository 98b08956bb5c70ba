"""Collects the values of rows as they are, wrapped, and asked whether they are null.

Run: python collected.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, task

ROWS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {"type": "object", "required": ["v"], "properties": {"v": {}}},
}


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
    return {}


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(task_run_name="keep[{index}]")
async def keep(one_: dict[str, Any], index: int) -> Any:
    return one_["v"]


@task(name="ask", task_run_name="ask[{index}]")
async def ask_(other: dict[str, Any], index: int) -> bool:
    return other["v"] is None


@flow(name="collected")
async def collected(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Collects the values of rows as they are, wrapped, and asked whether they are
    null.
    """
    fitting(rows, ROWS_SCHEMA)
    plain_value = [row["v"] for row in rows]

    async def do_kept(one_: Any, index: int) -> Any:
        keep_v = await keep(one_, index)
        return keep_v

    kept_value = await for_each(rows, do_kept, limit=3)
    nulls_value = []
    for index, other in enumerate(rows):
        ask_is_null = await ask_(other, index)
        nulls_value.append(ask_is_null)
    wrapped_value = []
    for index, value in enumerate(kept_value):
        wrapped_value.append({"v": value, "at": index})
    return {
        "plain": plain_value,
        "kept": kept_value,
        "nulls": nulls_value,
        "wrapped": wrapped_value,
    }


if __name__ == "__main__":
    asyncio.run(collected(**json.loads(sys.argv[1])))
