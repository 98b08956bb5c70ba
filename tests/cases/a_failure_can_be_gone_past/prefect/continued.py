"""Tries a service that may be down and tells how it went.

Run: python continued.py
"""

import asyncio
from typing import Any

import httpx
from prefect import flow, get_run_logger, task
from prefect.runtime import task_run
from prefect.states import Completed, State


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


@task
async def skipped() -> State[Any]:
    """Stand in the run for a task whose condition is false."""
    return Completed(name="Skipped", message="its condition is false")


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
async def try_it(api: str) -> int:
    response = await send("GET", f"{api}/maybe")
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def tell(
    api: str, try_it_state: str, try_it_error: dict[str, Any] | None
) -> None:
    await fetch(
        "POST",
        f"{api}/log",
        json={"state": try_it_state, "type": dig(try_it_error, "type", default="none")},
    )


@task
async def cheer(try_it_status: int) -> None:
    get_run_logger().info("%s", f"{try_it_status if try_it_status is not None else 0}")


@flow(name="continued")
async def continued(api: str = "https://api.example.com") -> dict[str, Any]:
    """Tries a service that may be down and tells how it went."""
    try_it_status = try_it_error = None
    try_it_state = "cancelled"
    try:
        try_it_status = await try_it(api)
        try_it_state = "succeeded"
    except Exception as error:
        try_it_state = "failed"
        try_it_error = failure(error)
        try_it_status = status_of(error)
    await tell(api, try_it_state, try_it_error)
    if try_it_state == "succeeded":
        await cheer(try_it_status)
    else:
        await skipped.with_options(task_run_name="cheer")()
    return {
        "state": try_it_state,
        "has_error": try_it_error is not None,
        "status": try_it_status if try_it_status is not None else 0,
    }


if __name__ == "__main__":
    asyncio.run(continued())
