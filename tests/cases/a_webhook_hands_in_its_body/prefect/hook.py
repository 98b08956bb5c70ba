# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "prefect>=3.6.24,<4",
#     "httpx>=0.27",
#     "jsonschema>=4.23",
# ]
# ///
"""Takes a payment from a webhook and books it."""

import asyncio
import fnmatch
import ipaddress
import json
import math
import sys
from collections.abc import Container, Mapping, Sequence
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task
from prefect.context import FlowRunContext
from prefect.runtime import task_run
from prefect.states import Completed

CREDENTIALS = ("authorization", "cookie", "proxy-authorization")
TRIGGER_BODY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["id", "amount"],
    "properties": {
        "id": {"type": "string"},
        "amount": {"type": "number"},
        "note": {"type": ["string", "null"]},
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


def dig(value: Any, *path: Any, default: Any = None) -> Any:
    """What stands at a path of keys, numbers and slices, or else the default."""
    for step in path:
        if value is None:
            return default
        try:
            value = at(value, step)
        except LookupError:
            return default
    return default if value is None else value


def run_trigger() -> str:
    """What started this run."""
    context = FlowRunContext.get()
    is_scheduled = context and context.flow_run and context.flow_run.auto_scheduled
    return "schedule" if is_scheduled else "manual"


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


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(task_run_name="book", timeout_seconds=30)
async def book(api: str, trigger_body: dict[str, Any]) -> None:
    body_of(
        await send(
            "POST",
            f"{api}/bookings",
            headers={"Idempotency-Key": str(task_run.id)},
            json={
                "id": trigger_body["id"],
                "cents": checked(trigger_body["amount"] * 100),
                "note": dig(trigger_body, "note", default="-"),
            },
        ),
    )


@flow(name="hook")
async def hook(
    api: str = "https://api.example.com",
    channel: str = "none",
    trigger: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Takes a payment from a webhook and books it."""
    trigger_body = trigger_headers = trigger_query = None
    if trigger is not None:
        trigger_body = fitting(trigger.get("body"), TRIGGER_BODY_SCHEMA)
        trigger_headers = {
            name.lower(): value for name, value in trigger.get("headers", {}).items()
        }
        trigger_query = trigger.get("query", {})
        channel = dig(trigger_query, "channel", default="web")
        if not (trigger_body["amount"] > 0):
            return Completed(name="Skipped")
    run_kind = run_trigger() if trigger is None else "webhook"
    await book(api, trigger_body)
    return {
        "channel": channel,
        "agent": dig(trigger_headers, "user-agent", default=""),
        "by": run_kind,
    }


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        hook.serve(name="hook")
    else:
        asyncio.run(hook())
