"""Reads two lists of at most two pages; one of them is longer.

Run: python limited_pages.py
"""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task

SHORT_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "integer"}}
LONG_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "integer"}}


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


def number_text(value: float) -> str:
    """A number as text, without a final `.0`."""
    return repr(value).removesuffix(".0")


def printable(value: Any) -> Any:
    """The value, its doubles that Python would print with `.0` as integers."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return int(value)
    return value


def json_text(value: Any) -> str:
    """Compact JSON without needless escapes."""
    return json.dumps(printable(value), ensure_ascii=False, separators=(",", ":"))


def as_text(value: Any) -> str:
    """A value as text: null is empty, lists and objects are compact JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return json_text(value)


async def send(method: str, url: str | httpx.URL, **options: Any) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, str(url).strip(), **options)
        for _ in range(6):
            response = await client.send(request)
            if response.next_request is None:
                return response.raise_for_status()
            before, request = request, response.next_request
            if before.url.scheme == "https" and request.url.scheme == "http":
                raise PermissionError(f"it redirects to http ({request.url.host})")
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


def body_of(response: httpx.Response) -> Any:
    """The body of an answer: JSON where it says so (nothing is None), else text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.text
    return read_json(response.content) if response.content.strip() else None


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


async def cursor_pages(
    method: str,
    url: str | httpx.URL,
    param: str,
    next_at: str,
    items: str | None = None,
    limit: int = 1000,
    **options: Any,
) -> list[Any]:
    """The items of all pages, each of which has the cursor of the next."""
    found: list[Any] = []
    request: tuple[str, dict[str, Any]] = (url, options)
    for _ in range(limit):
        target, own = request
        response = await send(method, target, **own)
        found += list_of(response, items)
        cursor = inside(body_of(response), next_at)
        if cursor in (None, ""):
            return found
        request = at_page(url, param, cursor), options
    raise httpx.HTTPError(f"there are more than {limit} pages")


def at_page(url: str | httpx.URL, param: str, value: Any) -> str:
    """The url of a page."""
    target = httpx.URL(url)
    others = [pair for pair in target.params.multi_items() if pair[0] != param]
    query = urlencode([*others, (param, as_text(value))], quote_via=quote)
    return str(target.copy_with(query=query.encode()))


def list_of(response: httpx.Response, path: str | None) -> list[Any]:
    """The list that a page holds at a dotted path, or is."""
    found = inside(body_of(response), path)
    if not isinstance(found, list):
        raise httpx.DecodingError("a page has no list where it should")
    return found


def inside(body: Any, path: str | None) -> Any:
    """What stands at a dotted path, None if nothing does."""
    for key in path.split(".") if path else ():
        body = body.get(key) if isinstance(body, dict) else None
    return body


@task(timeout_seconds=30)
async def short(api: str) -> list[int]:
    return fitting(
        await cursor_pages(
            "GET",
            f"{api}/short",
            param="cursor",
            next_at="next",
            items="data.rows",
            limit=2,
        ),
        SHORT_SCHEMA,
    )


@task(timeout_seconds=30)
async def long(api: str) -> list[int]:
    return fitting(
        await cursor_pages(
            "GET",
            f"{api}/long",
            param="cursor",
            next_at="next",
            items="data.rows",
            limit=2,
        ),
        LONG_SCHEMA,
    )


@flow(name="limited_pages")
async def limited_pages(api: str = "https://api.example.com") -> dict[str, Any]:
    """Reads two lists of at most two pages; one of them is longer."""
    long_body = None
    long_state = "cancelled"
    short_body = await short(api)
    try:
        long_body = await long(api)
        long_state = "succeeded"
    except Exception:
        long_state = "failed"
    return {
        "short": short_body,
        "long": long_state,
        "count": len(long_body if long_body is not None else []),
    }


if __name__ == "__main__":
    asyncio.run(limited_pages())
