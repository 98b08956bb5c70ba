"""Makes a customer unless there is one.

Run: python accepted.py '{"name": ...}'
"""

import asyncio
import json
import re
import sys
from collections.abc import Container
from typing import Any
from urllib.parse import quote, unquote

import httpx
from prefect import flow, task
from prefect.states import Completed, State


@task
async def skipped() -> State[Any]:
    """Stand in the run for a task whose condition is false."""
    return Completed(name="Skipped", message="its condition is false")


async def send(
    method: str, url: str, accept: Container[int] = range(200, 300), **options: Any
) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        for _ in range(6):
            response = await client.send(request)
            if response.status_code in accept:
                return response
            if response.next_request is None:
                where = f"{request.method} to {request.url.host}"
                message = f"{where} was answered with {response.status_code}"
                raise httpx.HTTPStatusError(message, request=request, response=response)
            before, request = request, response.next_request
            if before.url.scheme == "https" and request.url.scheme == "http":
                raise PermissionError(f"it redirects to http ({request.url.host})")
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


async def fetch(method: str, url: str, **options: Any) -> Any:
    """The body of the answer to a request."""
    return body_of(await send(method, url, **options))


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
    return response.json(parse_constant=int) if response.content.strip() else None


@task(name="found", timeout_seconds=30)
async def found_(api: str, name: str) -> int:
    response = await send(
        "GET", whole_path(f"{api}/customers/{quote(name, safe='')}"), accept=[200, 404]
    )
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def make(api: str, name: str) -> None:
    await fetch(
        "PUT",
        whole_path(f"{api}/customers/{quote(name, safe='')}"),
        json={"name": name},
    )


@flow(name="accepted")
async def accepted(name: str, api: str = "https://api.example.com") -> dict[str, Any]:
    """Makes a customer unless there is one."""
    make_state = "cancelled"
    found_status = await found_(api, name)
    if found_status == 404:
        await make(api, name)
        make_state = "succeeded"
    else:
        await skipped.with_options(task_run_name="make")()
        make_state = "skipped"
    return {"made": make_state == "succeeded"}


if __name__ == "__main__":
    asyncio.run(accepted(**json.loads(sys.argv[1])))
