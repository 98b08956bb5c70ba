# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "prefect>=3.6.24,<4",
#     "httpx>=0.27",
# ]
# ///
"""Has four seconds for work that takes longer."""

import asyncio
import contextlib
import fnmatch
import ipaddress
import json
import math
from collections.abc import Container, Sequence
from typing import Any

import httpx
from prefect import flow, task
from prefect.client.schemas.objects import TaskRun
from prefect.runtime import task_run
from prefect.states import State

CREDENTIALS = ("authorization", "cookie", "proxy-authorization")


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


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error), "message": message_of(error)}


def run_failure(error: BaseException) -> dict[str, Any]:
    """What ended the run, as data, with the task that failed."""
    return {"task": getattr(error, "task", None)} | failure(error)


def message_of(error: BaseException) -> str:
    """The text of an error, without what libraries add to it."""
    return str(getattr(error, "message", error)) or type(error).__name__


async def name_task(task: Any, run: TaskRun, state: State[Any]) -> None:
    """Note on the error of a failed task which task it was."""
    error = await state.aresult(raise_on_failure=False)
    if isinstance(error, Exception) and not hasattr(error, "task"):
        error.task = run.name.partition("[")[0]


async def send(
    method: str,
    url: str | httpx.URL,
    *,
    accept: Container[int] = range(200, 300),
    hosts: Sequence[str] | None = None,
    credentials: Sequence[str] = (),
    **options: Any,
) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error.

    `hosts` are patterns that each url must fit, `credentials` names of headers that
    go to no other host.
    """
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, str(url).strip(), **options)
        for _ in range(6):
            await check_host(request.url, hosts)
            response = await client.send(request)
            if response.status_code in accept:
                return response
            if response.next_request is None:
                where = f"{request.method} to {request.url.host}"
                message = f"{where} was answered with {response.status_code}"
                raise httpx.HTTPStatusError(message, request=request, response=response)
            request = await redirected(request, response.next_request, credentials)
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


async def redirected(
    before: httpx.Request, after: httpx.Request, credentials: Sequence[str]
) -> httpx.Request:
    """The request that a redirect asks for, if it is safe to send."""
    if before.url.scheme == "https" and after.url.scheme == "http":
        raise PermissionError(f"it redirects from https to http ({after.url.host})")
    if origin(before.url) != origin(after.url):
        for name in (*CREDENTIALS, *credentials):
            after.headers.pop(name, None)
        if not await is_public(after.url):
            raise PermissionError(f"it redirects to a private host ({after.url.host})")
    return after


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port."""
    return url.scheme, url.host, url.port


async def check_host(url: httpx.URL, hosts: Sequence[str] | None) -> None:
    """Refuse a url whose host fits none of the patterns."""
    if url.scheme not in ("http", "https"):
        raise PermissionError("the url is not one of http or https")
    if hosts is None:
        return
    if not any(fnmatch.fnmatch(url.host, pattern.lower()) for pattern in hosts):
        raise PermissionError(f"{url.host} is not among the hosts that may be reached")
    if url.host not in hosts and not await is_public(url):
        raise PermissionError(f"{url.host} is a private host")


async def is_public(url: httpx.URL) -> bool:
    """Whether all addresses of a host belong to the public network."""
    found = await asyncio.get_running_loop().getaddrinfo(url.host, None)
    addresses = [ipaddress.ip_address(each[4][0].partition("%")[0]) for each in found]
    return all(each.is_global and not each.is_multicast for each in addresses)


def body_of(response: httpx.Response) -> Any:
    """The body of an answer: JSON where it says so (nothing is None), else text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.text
    try:
        return read_json(response.content) if response.content.strip() else None
    except ValueError as error:
        host = response.request.url.host
        raise httpx.DecodingError(f"the answer of {host} is broken JSON") from error


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[type[BaseException], str] = {
        TimeoutError: "timeout",
        httpx.HTTPError: "http",
        AssertionError: "assert",
        PermissionError: "refused",
        LookupError: "expression",
        TypeError: "expression",
        ValueError: "expression",
        ArithmeticError: "expression",
        AttributeError: "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(task_run_name="work", timeout_seconds=30, on_failure=[name_task])
async def work(api: str) -> None:
    body_of(await send("GET", f"{api}/work"))


@task(task_run_name="more", timeout_seconds=30, on_failure=[name_task])
async def more(api: str) -> None:
    body_of(await send("GET", f"{api}/more"))


@task(task_run_name="alarm", timeout_seconds=30, on_failure=[name_task])
async def alarm(api: str, run_error: dict[str, Any]) -> None:
    body_of(
        await send(
            "POST",
            f"{api}/alarm",
            headers={"Idempotency-Key": str(task_run.id)},
            json={"type": run_error["type"], "task": run_error["task"]},
        ),
    )


@task(task_run_name="tidy", timeout_seconds=30, on_failure=[name_task])
async def tidy(api: str, run_state: str) -> None:
    body_of(
        await send(
            "POST",
            f"{api}/tidy",
            headers={"Idempotency-Key": str(task_run.id)},
            json={"state": run_state},
        ),
    )


@flow(name="too_long")
async def too_long(api: str = "https://api.example.com") -> None:
    """Has four seconds for work that takes longer."""
    run_state = "cancelled"
    run_error = None
    try:
        async with asyncio.timeout(4):
            await work(api)
            await more(api)
        run_state = "succeeded"
    except Exception as error:
        run_error = run_failure(error)
        run_state = "failed"
        with contextlib.suppress(Exception):
            await alarm(api, run_error)
        raise
    finally:
        try:
            await tidy(api, run_state)
        except Exception:
            if run_state == "succeeded":
                raise


if __name__ == "__main__":
    asyncio.run(too_long())
