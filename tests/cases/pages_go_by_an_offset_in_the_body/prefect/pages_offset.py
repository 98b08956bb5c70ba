"""Reads all posts of a board, two a page, by an offset in the body.

Environment: API_KEY.
Run: python pages_offset.py
"""

import asyncio
import json
import math
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task
from prefect.runtime import task_run

POSTS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}},
    },
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


async def send(
    method: str, url: str | httpx.URL, is_secret: bool = False, **options: Any
) -> httpx.Response:
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
            is_elsewhere = origin(before.url) != origin(request.url)
            if is_elsewhere and is_secret and request.method == before.method:
                raise PermissionError("it redirects a secret to another host")
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port."""
    return url.scheme, url.host, url.port


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


async def counted_pages(
    method: str,
    url: str | httpx.URL,
    param: str,
    by_offset: bool = False,
    place: str = "query",
    size: int = 1,
    items: str | None = None,
    limit: int = 1000,
    **options: Any,
) -> list[Any]:
    """The items of all pages up to one with fewer than `size`."""
    found: list[Any] = []
    for number in range(1, limit + 1):
        count = len(found) if by_offset else number
        target, own = at_page(url, options, place, param, count)
        response = await send(method, target, **page_options(own, number))
        page = list_of(response, items)
        found += page
        if len(page) < size:
            return found
    raise httpx.HTTPError(f"there are more than {limit} pages")


def page_options(options: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The options of a page's request, with a key of its own."""
    headers = httpx.Headers(options.get("headers", {}))
    headers.setdefault("Idempotency-Key", f"{task_run.id}-{number}")
    return {**options, "headers": headers}


def at_page(
    url: str | httpx.URL, options: Mapping[str, Any], place: str, param: str, value: Any
) -> tuple[str, dict[str, Any]]:
    """The url and the options of a page's request."""
    if place == "body":
        body = options.get("json")
        body = body if isinstance(body, dict) else {}
        return url, {**options, "json": {**body, param: value}}
    target = httpx.URL(url)
    others = [pair for pair in target.params.multi_items() if pair[0] != param]
    query = urlencode([*others, (param, as_text(value))], quote_via=quote)
    return str(target.copy_with(query=query.encode())), dict(options)


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
async def posts(api: str) -> list[dict[str, Any]]:
    return fitting(
        await counted_pages(
            "POST",
            f"{api}/posts/list",
            json={"apiKey": os.environ["API_KEY"], "limit": 2},
            is_secret=True,
            param="skip",
            by_offset=True,
            place="body",
            size=2,
            items="posts",
        ),
        POSTS_SCHEMA,
    )


@flow(name="pages_offset")
async def pages_offset(api: str = "https://api.example.com") -> dict[str, Any]:
    """Reads all posts of a board, two a page, by an offset in the body."""
    posts_body = await posts(api)
    return {"posts": [each["id"] for each in posts_body]}


if __name__ == "__main__":
    asyncio.run(pages_offset())
