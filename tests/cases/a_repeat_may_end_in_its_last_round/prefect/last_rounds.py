"""Looks twice for a job, and once for a file.

Run: python last_rounds.py
"""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task

JOB_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["done"],
    "properties": {"done": {"type": "boolean"}},
}
FILE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["done"],
    "properties": {"done": {"type": "boolean"}},
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
    return read_json(response.content) if response.content.strip() else None


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(timeout_seconds=30)
async def job(api: str) -> dict[str, Any]:
    return fitting(await fetch("GET", f"{api}/job"), JOB_SCHEMA)


@task(timeout_seconds=30)
async def file(api: str) -> dict[str, Any]:
    return fitting(await fetch("GET", f"{api}/file"), FILE_SCHEMA)


@flow(name="last_rounds")
async def last_rounds(api: str = "https://api.example.com") -> dict[str, Any]:
    """Looks twice for a job, and once for a file."""
    for poll_iterations in range(1, 3):
        if poll_iterations > 1:
            await asyncio.sleep(1)
        job_body = await job(api)
        if job_body["done"]:
            break
    else:
        raise RuntimeError("`poll` was not done after 2 rounds")
    for once_iterations in range(1, 2):
        file_body = await file(api)
        if file_body["done"]:
            break
    else:
        raise RuntimeError("`once` was not done after 1 rounds")
    return {"rounds": [poll_iterations, once_iterations]}


if __name__ == "__main__":
    asyncio.run(last_rounds())
