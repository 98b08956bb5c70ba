"""The workflow beside.

Run: python beside.py '{"name": ...}'
"""

import asyncio
import json
import math
import re
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
from jsonschema import Draft202012Validator, FormatChecker
from prefect import flow, pause_flow_run, task
from prefect.input import RunInput

Step = Callable[[], Coroutine[Any, Any, None]]
NO_TIMEOUT = 10 * 365 * 24 * 3600  # a pause has to end some time
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
API_SCHEMA: dict[str, Any] = {"type": "string", "format": "uri"}
FIRST_SCHEMA: dict[str, Any] = {"type": "integer"}
SECOND_SCHEMA: dict[str, Any] = {"type": "integer"}
THIRD_SCHEMA: dict[str, Any] = {"type": "integer"}


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


def _is_uri(text: str) -> bool:
    """RFC 3986: absolute, with ASCII only and every `%` an escape."""
    if _URI.fullmatch(text) is None or re.search("%(?![0-9A-Fa-f]{2})", text):
        return False
    return _parses(lambda each: urlsplit(each).port, text)


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def format_checker() -> FormatChecker:
    """The formats of texts that are checked."""
    checker = FormatChecker(formats=())
    checks: dict[str, Any] = {
        "uri": _is_uri,
    }
    for name, has_format in checks.items():
        checker.checks(name)(
            lambda value, test=has_format: not isinstance(value, str) or test(value)
        )
    return checker


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


class Approval(RunInput):
    """What a person answers; nothing is approved that does not say so."""

    approved: bool
    by: str | None = None
    comment: str | None = None


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
    Draft202012Validator(schema, format_checker=format_checker()).validate(value)
    return value


@task(name="ask")
async def ask_() -> str | None:
    form = Approval.with_initial_data(description="Well?")
    answer = await pause_flow_run(
        wait_for_input=form, timeout=NO_TIMEOUT, poll_interval=2
    )
    return answer.by


@task(timeout_seconds=30)
async def first(api: str) -> int:
    return fitting(await fetch("GET", f"{api}/first"), FIRST_SCHEMA)


@task(timeout_seconds=30)
async def second(api: str) -> int:
    return fitting(await fetch("GET", f"{api}/second"), SECOND_SCHEMA)


@task(timeout_seconds=30)
async def third(api: str) -> int:
    return fitting(await fetch("GET", f"{api}/third"), THIRD_SCHEMA)


@flow(name="beside")
async def beside(api: str) -> dict[str, Any]:
    fitting(api, API_SCHEMA)
    ask_by = first_body = second_body = third_body = None

    async def do_ask() -> None:
        nonlocal ask_by
        ask_by = await ask_()

    async def do_first() -> None:
        nonlocal first_body
        first_body = await first(api)

    async def do_second() -> None:
        nonlocal second_body
        second_body = await second(api)

    async def do_third() -> None:
        nonlocal third_body
        third_body = await third(api)

    await run_graph(
        {
            "ask": ((), do_ask),
            "first": ((), do_first),
            "second": (("first",), do_second),
            "third": (("ask", "second"), do_third),
        },
    )
    return {
        "by": ask_by,
        "sum": checked(checked(first_body + second_body) + third_body),
    }


if __name__ == "__main__":
    asyncio.run(beside(**json.loads(sys.argv[1])))
