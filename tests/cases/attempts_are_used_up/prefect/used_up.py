"""Reads from a service that stays down.

Run: python used_up.py
"""

import asyncio
from typing import Any

import httpx
from prefect import flow, task


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
    return response.json(parse_constant=int) if response.content.strip() else None


@task(retries=1, retry_delay_seconds=1, timeout_seconds=30)
async def read(api: str) -> None:
    await fetch("GET", f"{api}/report")


@task(timeout_seconds=30)
async def never(api: str) -> None:
    await fetch("GET", f"{api}/never")


@flow(name="used_up")
async def used_up(api: str = "https://api.example.com") -> None:
    """Reads from a service that stays down."""
    await read(api)
    await never(api)


if __name__ == "__main__":
    asyncio.run(used_up())
