"""Asks how warm three cities are; one of them there is not.

Run: python cities.py
"""

import asyncio
import json
import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import httpx
from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, get_run_logger, task

CITY_DEGREES_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["degrees"],
    "properties": {"degrees": {"type": "integer"}},
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


@task(task_run_name="city_degrees[{index}]", timeout_seconds=30)
async def city_degrees(api: str, city: str, index: int) -> dict[str, Any]:
    return fitting(
        await fetch("GET", whole_path(f"{api}/cities/{city}")), CITY_DEGREES_SCHEMA
    )


@task(task_run_name="plan_trip[{index}]")
async def plan_trip(city: str, index: int) -> None:
    get_run_logger().info("%s", f"to {city}")


@task(task_run_name="warn[{index}]")
async def warn(city: str, index: int) -> None:
    get_run_logger().warning("%s", f"no {city} ({index})")


@flow(name="cities")
async def cities(api: str = "https://api.example.com") -> dict[str, Any]:
    """Asks how warm three cities are; one of them there is not."""
    city_degrees_body = None
    each_value = []
    for index, city in enumerate(["rome", "atlantis", "oslo"]):
        city_degrees_body = None
        try:
            city_degrees_body = await city_degrees(api, city, index)
            await plan_trip(city, index)
            visit_failed = False
            visit_error = None
        except Exception as error:
            visit_failed = True
            visit_error = failure(error)
            await warn(city, index)
        each_value.append(
            {
                "city": city,
                "degrees": dig(city_degrees_body, "degrees", default=None),
                "failed": visit_failed,
                "why": dig(visit_error, "type", default="none"),
            },
        )
    short_value = [
        {"city": one_["city"], "degrees": one_["degrees"], "failed": one_["failed"]}
        for one_ in each_value
    ]
    return {"cities": short_value, "errors": [each["why"] for each in each_value]}


if __name__ == "__main__":
    asyncio.run(cities())
