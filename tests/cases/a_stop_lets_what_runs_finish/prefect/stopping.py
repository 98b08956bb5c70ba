"""Stops while something else still runs.

Run: python stopping.py
"""

import asyncio
import json
import math
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Annotated, Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task
from prefect.runtime import task_run
from pydantic import Field

Step = Callable[[], Coroutine[Any, Any, None]]
SLOW_SCHEMA: dict[str, Any] = {"type": "integer"}


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
async def slow(api: str) -> int:
    return fitting(await fetch("GET", f"{api}/slow"), SLOW_SCHEMA)


@task
async def beside(slow_body: int) -> int:
    return checked(slow_body + 1)


@task
async def enough() -> None:
    get_run_logger().info("%s", "that will do")


@task
async def after() -> int:
    return 8


@task(timeout_seconds=30)
async def last(api: str) -> None:
    await fetch("POST", f"{api}/last")


@task(timeout_seconds=30)
async def tidy(api: str, run_state: str, slow_state: str) -> None:
    await fetch("POST", f"{api}/tidy", json={"state": run_state, "slow": slow_state})


@flow(name="stopping")
async def stopping(
    api: str = "https://api.example.com",
    is_enough: Annotated[bool, Field(strict=True)] = True,
) -> dict[str, Any]:
    """Stops while something else still runs."""
    slow_body = after_n = beside_n = None
    slow_state = "cancelled"
    run_state = "cancelled"
    try:

        async def do_slow() -> None:
            nonlocal slow_body, slow_state
            try:
                slow_body = await slow(api)
                slow_state = "succeeded"
            except Exception:
                slow_state = "failed"
                raise

        async def do_beside() -> None:
            nonlocal beside_n
            beside_n = await beside(slow_body)

        async def do_enough_or_rest() -> None:
            nonlocal after_n
            if is_enough:
                await enough()
            else:
                after_n = await after()
                await last(api)

        await run_graph(
            {
                "slow": ((), do_slow),
                "beside": (("slow",), do_beside),
                "enough_or_rest": (("slow",), do_enough_or_rest),
            },
        )
        run_state = "succeeded"
    except Exception:
        run_state = "failed"
        raise
    finally:
        try:
            await tidy(api, run_state, slow_state)
        except Exception:
            if run_state == "succeeded":
                raise
    return {
        "slow": slow_body,
        "beside": beside_n,
        "after": after_n if after_n is not None else 0,
    }


if __name__ == "__main__":
    asyncio.run(stopping())
