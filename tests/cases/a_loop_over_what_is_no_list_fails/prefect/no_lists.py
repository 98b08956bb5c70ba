"""Loops over what an answer holds, whatever it is.

Run: python no_lists.py
"""

import asyncio
import json
import math
from typing import Any

import httpx
from prefect import flow, get_run_logger, task


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


def a_list(value: Any) -> list[Any]:
    """A list; anything else is refused."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, not {kind_of(value)}")
    return value


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


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        httpx.UnsupportedProtocol: "refused",
        httpx.HTTPError: "http",
        PermissionError: "refused",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(name="found", timeout_seconds=30)
async def found_(api: str) -> Any:
    return await fetch("GET", f"{api}/found")


@task(task_run_name="order_line[{index}]")
async def order_line(order: Any, index: int) -> None:
    get_run_logger().info("%s", as_text(order))


@task(task_run_name="customer_line[{index}]")
async def customer_line(customer: Any, index: int) -> None:
    get_run_logger().info("%s", as_text(customer))


@flow(name="no_lists")
async def no_lists(api: str = "https://api.example.com") -> dict[str, Any]:
    """Loops over what an answer holds, whatever it is."""
    each_order_value = each_order_error = each_customer_error = None
    each_name_error = None
    each_order_state = each_customer_state = each_name_state = "cancelled"
    found_body = await found_(api)
    each_order_items = None
    try:
        each_order_items = a_list(found_body["orders"])
        each_order_value = []
        for index, order in enumerate(each_order_items):
            await order_line(order, index)
            each_order_value.append(order)
        each_order_state = "succeeded"
    except Exception as error:
        each_order_state = "failed"
        each_order_value = None
        each_order_error = (
            failure(error) | {"type": "item"}
            if each_order_items is not None
            else failure(error)
        )
    each_customer_items = None
    try:
        each_customer_items = a_list(found_body["customers"])
        for index, customer in enumerate(each_customer_items):
            await customer_line(customer, index)
        each_customer_state = "succeeded"
    except Exception as error:
        each_customer_state = "failed"
        each_customer_error = (
            failure(error) | {"type": "item"}
            if each_customer_items is not None
            else failure(error)
        )
    try:
        [name for name in a_list(found_body["names"])]
        each_name_state = "succeeded"
    except Exception as error:
        each_name_state = "failed"
        each_name_error = failure(error)
    return {
        "states": [each_order_state, each_customer_state, each_name_state],
        "types": [
            dig(each_order_error, "type", default="-"),
            dig(each_customer_error, "type", default="-"),
            dig(each_name_error, "type", default="-"),
        ],
        "made": f"{len(each_order_value if each_order_value is not None else [])}",
    }


if __name__ == "__main__":
    asyncio.run(no_lists())
