"""Looks at the shelves of all shops until they are full, and tells of those that
never are.

Run: python shops.py '{"name": ...}'
"""

import asyncio
import json
import math
import re
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

import httpx
from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, get_run_logger, task
from prefect.runtime import task_run

SHOPS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "shelves"],
        "properties": {
            "name": {"type": "string"},
            "shelves": {"type": "array", "items": {"type": "integer"}},
        },
    },
}
LOOK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["full"],
    "properties": {"full": {"type": "boolean"}},
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
    return {"type": failure_type(error)}


async def fetch(method: str, url: str, **options: Any) -> Any:
    """Send a request, follow its redirects, and give the body of the answer."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        if method in ("POST", "PATCH"):
            request.headers.setdefault("Idempotency-Key", str(task_run.id))
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


@task(task_run_name="look[{shop_index},{shelf_index}]", timeout_seconds=30)
async def look(
    api: str, shop: dict[str, Any], shelf: int, shop_index: int, shelf_index: int
) -> dict[str, Any]:
    return fitting(
        await fetch("GET", whole_path(f"{api}/{quote(shop['name'], safe='')}/{shelf}")),
        LOOK_SCHEMA,
    )


@task(task_run_name="filled[{shop_index},{shelf_index}]")
async def filled(rounds_iterations: int, shop_index: int, shelf_index: int) -> str:
    return f"full after {rounds_iterations}"


@task(task_run_name="tell[{shop_index},{shelf_index}]", timeout_seconds=30)
async def tell(
    api: str,
    shop: dict[str, Any],
    shelf: int,
    rounds_error: dict[str, Any] | None,
    shop_index: int,
    shelf_index: int,
) -> None:
    await fetch(
        "POST",
        f"{api}/tell",
        json={
            "shop": shop["name"],
            "shelf": shelf,
            "why": dig(rounds_error, "type", default="-"),
        },
    )


@task(task_run_name="closed[{shop_index}]")
async def closed(shop: dict[str, Any], shop_index: int) -> None:
    get_run_logger().info("%s", f"{shop['name']} has no shelves")


@task
async def unlucky() -> None:
    get_run_logger().error("no shop at all")


@flow(name="shops")
async def shops(
    shops: list[dict[str, Any]], api: str = "https://api.example.com"
) -> dict[str, Any]:
    """Looks at the shelves of all shops until they are full, and tells of those that
    never are.
    """
    fitting(shops, SHOPS_SCHEMA)
    each_shop_value = each_shelf_value = rounds_iterations = None
    rounds_error = filled_text = None
    try:
        try:
            each_shop_value = []
            for shop_index, shop in enumerate(shops):
                each_shelf_value = rounds_iterations = rounds_error = None
                filled_text = None
                if bool(shop["shelves"]):
                    each_shelf_value = []
                    for shelf_index, shelf in enumerate(shop["shelves"]):
                        rounds_iterations = rounds_error = filled_text = None
                        try:
                            try:
                                for rounds_iterations in range(1, 3):
                                    if rounds_iterations > 1:
                                        await asyncio.sleep(1)
                                    look_body = await look(
                                        api, shop, shelf, shop_index, shelf_index
                                    )
                                    if look_body["full"]:
                                        break
                                else:
                                    raise RuntimeError(
                                        "`rounds` was not done after 2 rounds"
                                    )
                            except Exception as error:
                                rounds_iterations = None
                                rounds_error = failure(error)
                                raise
                            filled_text = await filled(
                                rounds_iterations, shop_index, shelf_index
                            )
                        except Exception:
                            await tell(
                                api, shop, shelf, rounds_error, shop_index, shelf_index
                            )
                        each_shelf_value.append(
                            filled_text if filled_text is not None else "never full"
                        )
                else:
                    await closed(shop, shop_index)
                each_shop_value.append(
                    {
                        "shop": shop["name"],
                        "shelves": (
                            each_shelf_value if each_shelf_value is not None else []
                        ),
                        "failed": False,
                    },
                )
        except Exception:
            each_shop_value = None
            raise
    except Exception:
        await unlucky()
    return {"shops": each_shop_value if each_shop_value is not None else []}


if __name__ == "__main__":
    asyncio.run(shops(**json.loads(sys.argv[1])))
