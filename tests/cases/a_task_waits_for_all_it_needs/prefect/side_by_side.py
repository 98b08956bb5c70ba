"""Reads users and orders at the same time, then reports both numbers.

Run: python side_by_side.py
"""

import asyncio
import json
import math
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task
from prefect.runtime import task_run

Step = Callable[[], Coroutine[Any, Any, None]]
USERS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
ORDERS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "integer"}}


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


async def run_graph(steps: Mapping[str, tuple[Sequence[str], Step]]) -> None:
    """Run each step once those it needs are done; after a failure start no more."""
    done: set[str] = set()
    failure: BaseException | None = None
    running: dict[asyncio.Task[None], str] = {}
    try:
        while True:
            for name, (needs, step) in steps.items() if failure is None else ():
                begun = {*done, *running.values()}
                if name not in begun and done.issuperset(needs):
                    running[asyncio.create_task(step())] = name
            if not running:
                break
            ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for each in ended:
                done.add(running.pop(each))
                failure = failure or each.exception()
    except asyncio.CancelledError:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        raise
    if failure is not None:
        raise failure


async def send(method: str, url: str, **options: Any) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        if method in ("POST", "PATCH"):
            request.headers.setdefault("Idempotency-Key", str(task_run.id))
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
async def users(api: str) -> list[str]:
    return fitting(await fetch("GET", f"{api}/users"), USERS_SCHEMA)


@task(timeout_seconds=30)
async def orders(api: str) -> list[int]:
    return fitting(await fetch("GET", f"{api}/orders"), ORDERS_SCHEMA)


@task(timeout_seconds=30)
async def report(api: str, users_body: list[str], orders_body: list[int]) -> int:
    response = await send(
        "POST",
        f"{api}/report",
        json={"users": len(users_body), "orders": total(orders_body)},
    )
    body_of(response)
    return response.status_code


@flow(name="side_by_side")
async def side_by_side_flow(api: str = "https://api.example.com") -> dict[str, Any]:
    """Reads users and orders at the same time, then reports both numbers."""
    users_body = orders_body = report_status = None

    async def do_users() -> None:
        nonlocal users_body
        users_body = await users(api)

    async def do_orders() -> None:
        nonlocal orders_body
        orders_body = await orders(api)

    async def do_report() -> None:
        nonlocal report_status
        report_status = await report(api, users_body, orders_body)

    await run_graph(
        {
            "users": ((), do_users),
            "orders": ((), do_orders),
            "report": (("users", "orders"), do_report),
        },
    )
    return {"status": report_status}


if __name__ == "__main__":
    asyncio.run(side_by_side_flow())
