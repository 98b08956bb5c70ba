"""Waits for three jobs, one after the other, and tells how many looks each took.

Run: python jobs.py
"""

import asyncio
import json
import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task

LOOK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["left"],
    "properties": {"left": {"type": "integer"}},
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
    return read_json(response.content) if response.content.strip() else None


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(task_run_name="look[{index}]", timeout_seconds=30)
async def look(api: str, job: str, index: int) -> dict[str, Any]:
    return fitting(await fetch("GET", whole_path(f"{api}/jobs/{job}")), LOOK_SCHEMA)


@task(task_run_name="line[{index}]")
async def line(job: str, poll_iterations: int, index: int) -> tuple[str, int]:
    return f"{job} took {poll_iterations}", poll_iterations


@flow(name="jobs")
async def jobs(api: str = "https://api.example.com") -> dict[str, Any]:
    """Waits for three jobs, one after the other, and tells how many looks each took."""
    each_value = []
    for index, job in enumerate(["a", "b", "c"]):
        for poll_iterations in range(1, 5):
            if poll_iterations > 1:
                await asyncio.sleep(1)
            look_body = await look(api, job, index)
            if look_body["left"] == 0:
                break
        else:
            raise RuntimeError("`poll` was not done after 4 rounds")
        line_text, line_rounds = await line(job, poll_iterations, index)
        each_value.append({"text": line_text, "rounds": line_rounds})
    return {
        "rounds": [each["text"] for each in each_value],
        "total": total([each["rounds"] for each in each_value]),
    }


if __name__ == "__main__":
    asyncio.run(jobs())
