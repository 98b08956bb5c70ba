"""Visits all pages, leaves out those that fail, and tells which.

Run: python skipping.py
"""

import asyncio
import re
from typing import Any
from urllib.parse import unquote

import httpx
from prefect import flow, task


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error), "message": message_of(error)}


def message_of(error: BaseException) -> str:
    """The text of an error."""
    return str(error) or type(error).__name__


async def send(method: str, url: str, **options: Any) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        for _ in range(6):
            response = await client.send(request)
            if response.next_request is None:
                return response.raise_for_status()
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
    content = response.content.strip()
    try:
        return response.json(parse_constant=int) if content else None
    except ValueError as error:
        raise httpx.DecodingError("the answer is broken JSON") from error


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        httpx.UnsupportedProtocol: "refused",
        httpx.HTTPError: "http",
        PermissionError: "refused",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(task_run_name="visit[{index}]", timeout_seconds=30)
async def visit(api: str, page: str, index: int) -> int:
    response = await send("GET", whole_path(f"{api}/{page}"))
    body_of(response)
    return response.status_code


@task(task_run_name="done[{index}]")
async def done(page: str, visit_status: int, index: int) -> str:
    return f"{page}: {visit_status}"


@flow(name="skipping")
async def skipping(api: str = "https://api.example.com") -> dict[str, Any]:
    """Visits all pages, leaves out those that fail, and tells which."""
    each_value = []
    each_failed = []
    for index, page in enumerate(["one", "two", "three", "four"]):
        try:
            visit_status = await visit(api, page, index)
            done_line = await done(page, visit_status, index)
            each_value.append(done_line)
        except Exception as error:
            each_failed.append({"index": index, "item": page, "error": failure(error)})
    return {
        "visited": each_value,
        "failed": [each["item"] for each in each_failed],
        "places": [each["index"] for each in each_failed],
    }


if __name__ == "__main__":
    asyncio.run(skipping())
