"""One source, two ways, one end.

Run: python diamond.py
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
SOURCE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"price": {"type": "number"}},
    "required": ["price"],
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
async def source(api: str) -> dict[str, Any]:
    return fitting(await fetch("GET", f"{api}/price"), SOURCE_SCHEMA)


@task
async def net(source_body: dict[str, Any]) -> float:
    return checked(source_body["price"] * 2)


@task
async def tax(source_body: dict[str, Any]) -> float:
    return checked(source_body["price"] / 4)


@task(timeout_seconds=30)
async def bill(api: str, net_amount: float, tax_amount: float) -> None:
    await fetch(
        "POST", f"{api}/bills", json={"total": checked(net_amount + tax_amount)}
    )


@flow(name="diamond")
async def diamond(api: str = "https://api.example.com") -> dict[str, Any]:
    """One source, two ways, one end."""
    source_body = net_amount = tax_amount = None

    async def do_source() -> None:
        nonlocal source_body
        source_body = await source(api)

    async def do_net() -> None:
        nonlocal net_amount
        net_amount = await net(source_body)

    async def do_tax() -> None:
        nonlocal tax_amount
        tax_amount = await tax(source_body)

    async def do_bill() -> None:
        await bill(api, net_amount, tax_amount)

    await run_graph(
        {
            "source": ((), do_source),
            "net": (("source",), do_net),
            "tax": (("source",), do_tax),
            "bill": (("net", "tax"), do_bill),
        },
    )
    return {"total": checked(net_amount + tax_amount)}


if __name__ == "__main__":
    asyncio.run(diamond())
