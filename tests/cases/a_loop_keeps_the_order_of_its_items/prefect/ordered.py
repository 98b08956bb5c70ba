"""Asks for the price of each thing, three at a time.

Run: python ordered.py
"""

import asyncio
import json
import math
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

import httpx
from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, task

THINGS_DEFAULT: list[str] = ["tea", "milk", "rice", "salt"]
THINGS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
PRICE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"cents": {"type": "integer"}},
    "required": ["cents"],
}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def refuse_constant(name: str) -> Any:
    """NaN and the infinities are no JSON."""
    raise ValueError(f"{name} is not JSON")


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text; whole numbers are int, however they are written."""
    return json.loads(
        text,
        parse_int=lambda digits: as_number(int(digits)),
        parse_float=lambda digits: as_number(float(digits)),
        parse_constant=refuse_constant,
    )


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
    """The text of an error, without what libraries add to it."""
    return str(getattr(error, "message", error)) or type(error).__name__


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


def whole_path(url: str) -> str:
    """The url, refused if data has made a segment of its path `.` or `..`."""
    path = re.split("[?#]", url)[0]
    if any(unquote(segment) in (".", "..") for segment in path.split("/")):
        raise PermissionError("a segment of the url is . or ..")
    return url


def body_of(response: httpx.Response) -> Any:
    """The body of an answer: JSON where it says so (nothing is None), else text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.text
    content = response.content.strip()
    try:
        return read_json(content) if content else None
    except ValueError as error:
        raise httpx.DecodingError("the answer is broken JSON") from error


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        httpx.UnsupportedProtocol: "refused",
        httpx.HTTPError: "http",
        ValidationError: "returns",
        PermissionError: "refused",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(task_run_name="price[{index}]", timeout_seconds=30)
async def price(api: str, thing: str, index: int) -> dict[str, Any]:
    return fitting(
        await fetch("GET", whole_path(f"{api}/prices/{quote(thing, safe='')}")),
        PRICE_SCHEMA,
    )


@flow(name="ordered")
async def ordered(
    api: str = "https://api.example.com", things: list[str] = THINGS_DEFAULT
) -> dict[str, Any]:
    """Asks for the price of each thing, three at a time."""
    fitting(things, THINGS_SCHEMA)

    async def do_prices(thing: Any, index: int) -> Any:
        price_body = await price(api, thing, index)
        return {"at": index, "thing": thing, "cents": price_body["cents"]}

    prices_failed = []
    prices_value = await for_each(things, do_prices, limit=3)
    return {"prices": prices_value, "failed": prices_failed}


if __name__ == "__main__":
    asyncio.run(ordered())
