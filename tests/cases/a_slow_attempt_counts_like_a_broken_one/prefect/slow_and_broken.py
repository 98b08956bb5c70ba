"""Reads quotes and news from services that are slow, broken, and wrong.

Run: python slow_and_broken.py
"""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

import httpx
from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, task

QUOTES_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "integer"}}
NEWS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


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


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error)}


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


@task(retries=3, retry_delay_seconds=1, timeout_seconds=1)
async def quotes(api: str) -> list[int]:
    return fitting(await fetch("GET", f"{api}/quotes"), QUOTES_SCHEMA)


@task(retries=1, retry_delay_seconds=1, timeout_seconds=1)
async def news(api: str) -> None:
    fitting(await fetch("GET", f"{api}/news"), NEWS_SCHEMA)


@flow(name="slow_and_broken")
async def slow_and_broken(api: str = "https://api.example.com") -> dict[str, Any]:
    """Reads quotes and news from services that are slow, broken, and wrong."""
    news_error = None
    news_state = "cancelled"
    quotes_body = await quotes(api)
    try:
        await news(api)
        news_state = "succeeded"
    except Exception as error:
        news_state = "failed"
        news_error = failure(error)
    return {
        "quotes": quotes_body,
        "news": news_state,
        "why": dig(news_error, "type", default="-"),
    }


if __name__ == "__main__":
    asyncio.run(slow_and_broken())
