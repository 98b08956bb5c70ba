"""Reads four numbers at once, and sums them as they come.

Run: python fan.py
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
A_SCHEMA: dict[str, Any] = {"type": "integer"}
B_SCHEMA: dict[str, Any] = {"type": "integer"}
C_SCHEMA: dict[str, Any] = {"type": "integer"}
D_SCHEMA: dict[str, Any] = {"type": "integer"}


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
async def a(api: str) -> int:
    return fitting(await fetch("GET", f"{api}/a"), A_SCHEMA)


@task(timeout_seconds=30)
async def b(api: str) -> int:
    return fitting(await fetch("GET", f"{api}/b"), B_SCHEMA)


@task(timeout_seconds=30)
async def c(api: str) -> int:
    return fitting(await fetch("GET", f"{api}/c"), C_SCHEMA)


@task(timeout_seconds=30)
async def d(api: str) -> int:
    return fitting(await fetch("GET", f"{api}/d"), D_SCHEMA)


@task(timeout_seconds=30)
async def bc(api: str, b_body: int, c_body: int) -> None:
    await fetch("POST", f"{api}/bc", json={"n": checked(b_body + c_body)})


@task(timeout_seconds=30)
async def ab(api: str, a_body: int, b_body: int) -> None:
    await fetch("POST", f"{api}/ab", json={"n": checked(a_body + b_body)})


@task(name="all", timeout_seconds=30)
async def all_(api: str, a_body: int, b_body: int, c_body: int, d_body: int) -> None:
    await fetch(
        "POST",
        f"{api}/all",
        json={"n": checked(checked(checked(a_body + b_body) + c_body) + d_body)},
    )


@flow(name="fan")
async def fan(api: str = "https://api.example.com") -> dict[str, Any]:
    """Reads four numbers at once, and sums them as they come."""
    a_body = b_body = c_body = d_body = None

    async def do_a() -> None:
        nonlocal a_body
        a_body = await a(api)

    async def do_b() -> None:
        nonlocal b_body
        b_body = await b(api)

    async def do_c() -> None:
        nonlocal c_body
        c_body = await c(api)

    async def do_d() -> None:
        nonlocal d_body
        d_body = await d(api)

    async def do_bc() -> None:
        await bc(api, b_body, c_body)

    async def do_ab() -> None:
        await ab(api, a_body, b_body)

    async def do_all() -> None:
        await all_(api, a_body, b_body, c_body, d_body)

    await run_graph(
        {
            "a": ((), do_a),
            "b": ((), do_b),
            "c": ((), do_c),
            "d": ((), do_d),
            "bc": (("b", "c"), do_bc),
            "ab": (("a", "b"), do_ab),
            "all": (("d", "bc", "ab"), do_all),
        },
    )
    return {"sum": checked(checked(checked(a_body + b_body) + c_body) + d_body)}


if __name__ == "__main__":
    asyncio.run(fan())
