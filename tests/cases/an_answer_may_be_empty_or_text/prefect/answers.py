"""Reads answers of all sorts.

Run: python answers.py
"""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task

NONE_SCHEMA: dict[str, Any] = {"type": ["string", "null"]}
TEXT_SCHEMA: dict[str, Any] = {"type": "string"}
VENDOR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["n"],
    "properties": {"n": {"type": "integer"}},
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
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


async def fetch(method: str, url: str, **options: Any) -> Any:
    """The body of the answer to a request."""
    return body_of(await send(method, url, **options))


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
async def no_content(api: str) -> tuple[int, Any]:
    response = await send("GET", f"{api}/no_content")
    content = body_of(response)
    return response.status_code, content


@task(timeout_seconds=30)
async def empty_json(api: str) -> tuple[int, Any]:
    response = await send("GET", f"{api}/empty_json")
    content = body_of(response)
    return response.status_code, content


@task(timeout_seconds=30)
async def plain(api: str) -> tuple[int, Any]:
    response = await send("GET", f"{api}/plain")
    content = body_of(response)
    return response.status_code, content


@task(timeout_seconds=30)
async def none(api: str) -> str | None:
    return fitting(await fetch("GET", f"{api}/null"), NONE_SCHEMA)


@task(timeout_seconds=30)
async def text(api: str) -> str:
    return fitting(await fetch("GET", f"{api}/text"), TEXT_SCHEMA)


@task(timeout_seconds=30)
async def vendor(api: str) -> dict[str, Any]:
    return fitting(await fetch("GET", f"{api}/vendor"), VENDOR_SCHEMA)


@task(timeout_seconds=30)
async def gone(api: str) -> tuple[int, Any]:
    response = await send("DELETE", f"{api}/thing")
    content = body_of(response)
    return response.status_code, content


@flow(name="answers")
async def answers(api: str = "https://api.example.com") -> dict[str, Any]:
    """Reads answers of all sorts."""
    no_content_status, no_content_body = await no_content(api)
    empty_json_status, empty_json_body = await empty_json(api)
    plain_status, plain_body = await plain(api)
    none_body = await none(api)
    text_body_ = await text(api)
    vendor_body = await vendor(api)
    gone_status, gone_body = await gone(api)
    return {
        "kinds": [
            no_content_body == "" or no_content_body is None,
            empty_json_body is None,
            isinstance(plain_body, str),
            none_body is None,
        ],
        "plain": plain_body,
        "text": text_body_,
        "vendor": vendor_body["n"],
        "gone": gone_body,
        "statuses": [no_content_status, empty_json_status, plain_status, gone_status],
    }


if __name__ == "__main__":
    asyncio.run(answers())
