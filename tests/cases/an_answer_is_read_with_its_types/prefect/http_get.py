"""Reads a release and tells what is in it.

Environment: API_TOKEN.
Run: python http_get.py
"""

import asyncio
import json
import math
import os
from collections.abc import Mapping
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task

RELEASE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["tag", "draft", "downloads", "assets"],
    "properties": {
        "tag": {"type": "string"},
        "draft": {"type": "boolean"},
        "downloads": {"type": "integer"},
        "assets": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "size"],
                "properties": {"name": {"type": "string"}, "size": {"type": "integer"}},
            },
        },
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


def total(items: Any) -> int | float:
    """The sum of numbers."""
    result: int | float = 0
    for item in a_list(items):
        result = checked(result + a_number(item))
    return result


async def send(method: str, url: str, **options: Any) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        for _ in range(6):
            response = await client.send(request)
            if response.next_request is None:
                return response.raise_for_status()
            before, request = request, response.next_request
            if before.url.scheme == "https" and request.url.scheme == "http":
                raise PermissionError(f"it redirects to http ({request.url.host})")
            if before.url.scheme != request.url.scheme:
                request.headers.pop("Authorization", None)
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


@task(timeout_seconds=30)
async def release(api: str) -> tuple[int, dict[str, Any], dict[str, Any]]:
    response = await send(
        "GET",
        f"{api}/releases/latest",
        headers={
            "Accept": "application/json",
            "Authorization": f"Bearer {os.environ['API_TOKEN']}",
        },
    )
    content = fitting(body_of(response), RELEASE_SCHEMA)
    return response.status_code, dict(response.headers), content


@flow(name="http_get")
async def http_get(api: str = "https://api.example.com") -> dict[str, Any]:
    """Reads a release and tells what is in it."""
    release_status, release_headers, release_body = await release(api)
    return {
        "tag": release_body["tag"].upper(),
        "is_out": not release_body["draft"],
        "next": checked(release_body["downloads"] + 1),
        "bytes": total([each["size"] for each in release_body["assets"]]),
        "status": release_status,
        "etag": release_headers["etag"],
    }


if __name__ == "__main__":
    asyncio.run(http_get())
