"""Five items, two at once.

Run: python lanes_of_two.py
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import httpx
from prefect import flow, task


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


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


async def fetch(method: str, url: str, **options: Any) -> Any:
    """Send a request, follow its redirects, and give the body of the answer."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        for _ in range(6):
            response = await client.send(request)
            if response.next_request is None:
                return body_of(response.raise_for_status())
            before, request = request, response.next_request
            if before.url.scheme == "https" and request.url.scheme == "http":
                raise PermissionError(f"it redirects to http ({request.url.host})")
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


def body_of(response: httpx.Response) -> Any:
    """The body of an answer: JSON where it says so (nothing is None), else text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.text
    return response.json(parse_constant=int) if response.content.strip() else None


@task(task_run_name="visit[{index}]", timeout_seconds=30)
async def visit(api: str, n: int, index: int) -> None:
    await fetch("GET", f"{api}/{n}")


@flow(name="lanes_of_two")
async def lanes_of_two(api: str = "https://api.example.com") -> dict[str, Any]:
    """Five items, two at once."""

    async def do_each(n: Any, index: int) -> Any:
        await visit(api, n, index)
        return checked(n * n)

    each_value = await for_each(list(range(0, 5)), do_each, limit=2)
    return {"squares": each_value}


if __name__ == "__main__":
    asyncio.run(lanes_of_two())
