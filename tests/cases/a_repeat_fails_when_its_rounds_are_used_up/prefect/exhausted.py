"""Waits for a file that does not come.

Run: python exhausted.py
"""

import asyncio
from collections.abc import Container
from typing import Any

import httpx
from prefect import flow, task


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


def body_of(response: httpx.Response) -> Any:
    """The body of an answer: JSON where it says so (nothing is None), else text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.text
    return response.json(parse_constant=int) if response.content.strip() else None


@task(timeout_seconds=30)
async def look(api: str) -> int:
    response = await send("GET", f"{api}/file", accept=[200, 404])
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def read(api: str) -> None:
    await fetch("GET", f"{api}/content")


@flow(name="exhausted")
async def exhausted(api: str = "https://api.example.com") -> None:
    """Waits for a file that does not come."""
    for poll_iterations in range(1, 3):
        if poll_iterations > 1:
            await asyncio.sleep(1)
        look_status = await look(api)
        if look_status == 200:
            break
    else:
        raise RuntimeError("`poll` was not done after 2 rounds")
    await read(api)


if __name__ == "__main__":
    asyncio.run(exhausted())
