"""Reads are repeated by default, a write only when it is marked.

Run: python spared.py
"""

import asyncio
from typing import Any

import httpx
from prefect import flow, task
from prefect.runtime import task_run


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
    return response.json(parse_constant=int) if response.content.strip() else None


@task(retries=2, retry_delay_seconds=1, timeout_seconds=30)
async def read(api: str) -> None:
    await fetch("GET", f"{api}/read")


@task(timeout_seconds=30)
async def write(api: str) -> None:
    await fetch("POST", f"{api}/write")


@task(retries=2, retry_delay_seconds=1, timeout_seconds=30)
async def marked(api: str) -> None:
    await fetch("POST", f"{api}/marked")


@task(timeout_seconds=30)
async def own(api: str) -> None:
    await fetch("GET", f"{api}/own")


@flow(name="spared")
async def spared(api: str = "https://api.example.com") -> dict[str, Any]:
    """Reads are repeated by default, a write only when it is marked."""
    read_state_ = write_state = marked_state = own_state = "cancelled"
    try:
        await read(api)
        read_state_ = "succeeded"
    except Exception:
        read_state_ = "failed"
    try:
        await write(api)
        write_state = "succeeded"
    except Exception:
        write_state = "failed"
    try:
        await marked(api)
        marked_state = "succeeded"
    except Exception:
        marked_state = "failed"
    try:
        await own(api)
        own_state = "succeeded"
    except Exception:
        own_state = "failed"
    return {"states": [read_state_, write_state, marked_state, own_state]}


if __name__ == "__main__":
    asyncio.run(spared())
