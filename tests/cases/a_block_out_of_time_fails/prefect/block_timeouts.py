"""Gives a quick block and a slow loop a time of their own.

Run: python block_timeouts.py
"""

import asyncio
import contextlib
import re
from typing import Any
from urllib.parse import unquote

import httpx
from prefect import flow, task
from prefect.runtime import task_run


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


def at(value: Any, step: Any) -> Any:
    """A value by its key, an item by its number, or a part by a slice."""
    if isinstance(value, dict if isinstance(step, str) else list | str):
        return value[step]
    raise TypeError(f"no {step!r} in {kind_of(value)}")


def dig(value: Any, *path: Any, default: Any = None) -> Any:
    """What stands at a path of keys, numbers and slices, or else the default."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return default
        try:
            value = at(value, step)
        except LookupError:
            return default
    return default if value is None else value


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error), "message": message_of(error)}


def message_of(error: BaseException) -> str:
    """The text of an error."""
    return str(error) or type(error).__name__


def status_of(error: BaseException) -> int | None:
    """The status with which a request was answered, if it was."""
    return getattr(getattr(error, "response", None), "status_code", None)


async def send(method: str, url: str, **options: Any) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        if method in ("POST", "PATCH"):
            request.headers.setdefault("Idempotency-Key", str(task_run.id))
        for _ in range(6):
            response = await client.send(request)
            if response.next_request is None:
                return response.raise_for_status()
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


@task(timeout_seconds=30)
async def quick(api: str) -> int:
    response = await send("GET", f"{api}/quick")
    body_of(response)
    return response.status_code


@task(task_run_name="visit[{index}]", timeout_seconds=30)
async def visit(api: str, place_: str, index: int) -> None:
    await fetch("GET", whole_path(f"{api}/{place_}"))


@task(timeout_seconds=30)
async def tell(api: str, slow_loop_state: str, slow_loop_error: dict[str, Any]) -> None:
    await fetch(
        "POST",
        f"{api}/told",
        json={
            "loop": slow_loop_state,
            "type": dig(slow_loop_error, "type", default="-"),
        },
    )


@flow(name="block_timeouts")
async def block_timeouts(api: str = "https://api.example.com") -> dict[str, Any]:
    """Gives a quick block and a slow loop a time of their own."""
    quick_status = slow_loop_error = None
    slow_loop_state = "cancelled"
    async with asyncio.timeout(20):
        with contextlib.suppress(Exception):
            try:
                quick_status = await quick(api)
            except Exception as error:
                quick_status = status_of(error)
                raise
    quick_block_state = "succeeded"
    try:
        try:
            async with asyncio.timeout(4) as slow_loop_limit:
                for index, place_ in enumerate(["quick", "slow", "quick"]):
                    await visit(api, place_, index)
            slow_loop_state = "succeeded"
        except Exception as error:
            slow_loop_state = "failed"
            slow_loop_error = (
                failure(error) | {"type": "item"}
                if not slow_loop_limit.expired()
                else failure(error)
            )
            raise
        guarded_failed = False
    except Exception:
        guarded_failed = True
        await tell(api, slow_loop_state, slow_loop_error)
    return {
        "states": [quick_block_state, slow_loop_state],
        "type": dig(slow_loop_error, "type", default="-"),
        "caught": guarded_failed,
        "done": quick_status if quick_status is not None else 0,
    }


if __name__ == "__main__":
    asyncio.run(block_timeouts())
