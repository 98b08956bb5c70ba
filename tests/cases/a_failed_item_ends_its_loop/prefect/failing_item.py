"""Visits pages one after another; the first that fails ends it all.

Run: python failing_item.py
"""

import asyncio
import re
from typing import Any
from urllib.parse import unquote

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


@task(task_run_name="visit[{index}]", timeout_seconds=30)
async def visit(api: str, page: str, index: int) -> None:
    await fetch("GET", whole_path(f"{api}/{page}"))


@task(timeout_seconds=30)
async def celebrate(api: str) -> None:
    await fetch("POST", f"{api}/party")


@flow(name="failing_item")
async def failing_item(api: str = "https://api.example.com") -> None:
    """Visits pages one after another; the first that fails ends it all."""
    for index, page in enumerate(["one", "two", "three"]):
        await visit(api, page, index)
    await celebrate(api)


if __name__ == "__main__":
    asyncio.run(failing_item())
