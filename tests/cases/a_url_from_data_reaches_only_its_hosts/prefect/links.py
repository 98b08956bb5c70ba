"""Follows the links that an answer holds, where they lead to a host that it may
reach.

Run: python links.py
"""

import asyncio
import fnmatch
import ipaddress
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task

LINKS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["links"],
    "properties": {"links": {"type": "array", "items": {"type": "string"}}},
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


async def fetch(
    method: str, url: str, hosts: Sequence[str] | None = None, **options: Any
) -> Any:
    """Send a request, follow its redirects, and give the body of the answer."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        for _ in range(6):
            await check_host(request.url, hosts)
            response = await client.send(request)
            if response.next_request is None:
                return body_of(response.raise_for_status())
            before, request = request, response.next_request
            if before.url.scheme == "https" and request.url.scheme == "http":
                raise PermissionError(f"it redirects to http ({request.url.host})")
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


async def check_host(url: httpx.URL, hosts: Sequence[str] | None) -> None:
    """Refuse a url whose host fits none of the patterns, or is a private one."""
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
    return read_json(response.content) if response.content.strip() else None


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(name="links", timeout_seconds=30)
async def links_(api: str) -> dict[str, Any]:
    return fitting(await fetch("GET", f"{api}/links"), LINKS_SCHEMA)


@task(name="fetch", task_run_name="fetch[{index}]", timeout_seconds=30)
async def fetch_(link: str, index: int) -> None:
    await fetch("GET", link, hosts=["127.0.0.1"])


@flow(name="links")
async def links(api: str = "https://api.example.com") -> dict[str, Any]:
    """Follows the links that an answer holds, where they lead to a host that it may
    reach.
    """
    fetch_state = "cancelled"
    links_body = await links_(api)
    each_value = []
    for index, link in enumerate(links_body["links"]):
        fetch_state = "cancelled"
        try:
            await fetch_(link, index)
            fetch_state = "succeeded"
        except Exception:
            fetch_state = "failed"
        each_value.append(fetch_state)
    return {"states": each_value}


if __name__ == "__main__":
    asyncio.run(links())
