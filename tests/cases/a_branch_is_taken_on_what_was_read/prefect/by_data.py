"""Reads an order and bills it by its country; what was made is read after the
branch.

Run: python by_data.py '{"name": ...}'
"""

import asyncio
import json
import math
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task
from pydantic import Field

ORDER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["country", "total"],
    "properties": {
        "country": {"type": "string"},
        "total": {"type": "number"},
        "vat_id": {"type": "string"},
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


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


def at(value: Any, step: Any) -> Any:
    """A value by its key, an item by its number, or a part by a slice."""
    if isinstance(value, dict if isinstance(step, str) else list | str):
        return value[step]
    raise TypeError(f"no {step!r} in {kind_of(value)}")


def has(value: Any, *path: Any) -> bool:
    """Whether something stands at a path of keys, numbers and slices, even null."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return False
        try:
            value = at(value, step)
        except LookupError:
            return False
    return True


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
async def order(api: str, id: int) -> dict[str, Any]:
    return fitting(await fetch("GET", f"{api}/orders/{id}"), ORDER_SCHEMA)


@task
async def with_id(order_body: dict[str, Any]) -> str:
    return f"{as_text(order_body['total'])} for {order_body['vat_id']}"


@task
async def at_home(order_body: dict[str, Any]) -> str:
    return f"{as_text(checked(order_body['total'] * 1.25))} at home"


@task
async def abroad(order_body: dict[str, Any]) -> str:
    return f"{as_text(order_body['total'])} abroad"


@flow(name="by_data")
async def by_data(
    id: Annotated[int, Field(strict=True)], api: str = "https://api.example.com"
) -> dict[str, Any]:
    """Reads an order and bills it by its country; what was made is read after the
    branch.
    """
    with_id_text = at_home_text = abroad_text = None
    order_body = await order(api, id)
    if order_body["country"] in ["DE", "AT"] and has(order_body, "vat_id"):
        with_id_text = await with_id(order_body)
    elif order_body["country"] == "DE":
        at_home_text = await at_home(order_body)
    else:
        abroad_text = await abroad(order_body)
    return {
        "bill": (
            with_id_text
            if with_id_text is not None
            else at_home_text
            if at_home_text is not None
            else abroad_text
            if abroad_text is not None
            else ""
        ),
    }


if __name__ == "__main__":
    asyncio.run(by_data(**json.loads(sys.argv[1])))
