"""Posts what it has not posted before, and remembers.

Run: python remembering.py
"""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task
from prefect.runtime import task_run
from prefect.variables import Variable

ITEMS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "integer"}}
STATE_VARIABLE = "remembering_state"
STATE_DEFAULTS: dict[str, Any] = {"seen": [], "runs": 0}


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


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


async def read_state() -> dict[str, Any]:
    """What is kept between runs."""
    kept = await Variable.aget(STATE_VARIABLE, default=None)
    return {**STATE_DEFAULTS, **(kept or {})}


async def remember_values(values: Mapping[str, Any]) -> None:
    """Keep values for what comes after and for later runs: 5,000 characters in all."""
    kept = await Variable.aget(STATE_VARIABLE, default=None)
    await Variable.aset(STATE_VARIABLE, {**(kept or {}), **values}, overwrite=True)


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
async def items(api: str) -> list[int]:
    return fitting(await fetch("GET", f"{api}/items"), ITEMS_SCHEMA)


@task
async def count() -> None:
    state = await read_state()
    await remember_values({"runs": checked(state["runs"] + 1)})


@task(task_run_name="post[{index}]", timeout_seconds=30)
async def post(api: str, number: int, index: int) -> None:
    await fetch("POST", f"{api}/posts", json={"number": number})


@task(task_run_name="mark[{index}]")
async def mark(number: int, index: int) -> None:
    state = await read_state()
    await remember_values({"seen": state["seen"] + [number]})


@flow(name="remembering")
async def remembering(api: str = "https://api.example.com") -> dict[str, Any]:
    """Posts what it has not posted before, and remembers."""
    items_body = await items(api)
    await count()
    state = await read_state()
    each_value = []
    for index, number in enumerate(
        [number for number in items_body if number not in state["seen"]]
    ):
        await post(api, number, index)
        await mark(number, index)
        each_value.append(number)
    state = await read_state()
    return {"posted": each_value, "seen": state["seen"]}


if __name__ == "__main__":
    asyncio.run(remembering())
