"""Reads all issues, page by page.

Run: python pages_link.py
"""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task

ISSUES_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["number"],
        "properties": {"number": {"type": "integer"}},
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


async def linked_pages(
    method: str, url: str | httpx.URL, limit: int = 1000, **options: Any
) -> list[Any]:
    """The items of all pages, each of which links to the next."""
    found: list[Any] = []
    target = httpx.URL(url)
    for _ in range(limit):
        response = await send(method, target, **options)
        found += list_of(response)
        link = response.links.get("next", {}).get("url")
        if not link:
            return found
        target = response.url.join(link)
        if origin(target) != origin(httpx.URL(url)):
            raise PermissionError(f"the next page has another origin ({target.host})")
    raise httpx.HTTPError(f"there are more than {limit} pages")


def list_of(response: httpx.Response) -> list[Any]:
    """The list that a page is."""
    found = body_of(response)
    if not isinstance(found, list):
        raise httpx.DecodingError("a page has no list where it should")
    return found


@task(timeout_seconds=30)
async def issues(api: str) -> list[dict[str, Any]]:
    return fitting(
        await linked_pages("GET", httpx.URL(f"{api}/issues", params={"per_page": 2})),
        ISSUES_SCHEMA,
    )


@flow(name="pages_link")
async def pages_link(api: str = "https://api.example.com") -> dict[str, Any]:
    """Reads all issues, page by page."""
    issues_body = await issues(api)
    return {"numbers": [each["number"] for each in issues_body]}


if __name__ == "__main__":
    asyncio.run(pages_link())
