"""Pays by card, then by points, and writes a note when neither went well.

Run: python trying_twice.py
"""

import asyncio
from typing import Any

import httpx
from prefect import flow, get_run_logger, task
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
async def pay(api: str) -> None:
    await fetch("POST", f"{api}/pay")


@task
async def thank() -> None:
    get_run_logger().info("thank you")


@task(timeout_seconds=30)
async def points(api: str) -> None:
    await fetch("POST", f"{api}/points")


@task
async def after() -> None:
    get_run_logger().info("paid")


@task(timeout_seconds=30)
async def note(
    api: str, pay_error: dict[str, Any] | None, points_error: dict[str, Any] | None
) -> None:
    await fetch(
        "POST",
        f"{api}/note",
        json={
            "pay": dig(pay_error, "type", default="-"),
            "points": dig(points_error, "type", default="-"),
        },
    )


@task
async def go_on() -> None:
    get_run_logger().info("it goes on")


@task
async def quiet() -> None:
    get_run_logger().info("never")


@flow(name="trying_twice")
async def trying_twice(api: str = "https://api.example.com") -> dict[str, Any]:
    """Pays by card, then by points, and writes a note when neither went well."""
    inner_failed = pay_error = points_error = None
    inner_state = after_state = "cancelled"
    try:
        try:
            try:
                try:
                    await pay(api)
                except Exception as error:
                    pay_error = failure(error)
                    raise
                await thank()
                inner_failed = False
            except Exception:
                inner_failed = True
                try:
                    await points(api)
                except Exception as error:
                    points_error = failure(error)
                    raise
            inner_state = "succeeded"
        except Exception:
            inner_state = "failed"
            inner_failed = None
            raise
        try:
            await after()
            after_state = "succeeded"
        except Exception:
            after_state = "failed"
            raise
        outer_failed = False
        outer_error = None
    except Exception as error:
        outer_failed = True
        outer_error = failure(error)
        await note(api, pay_error, points_error)
    try:
        await go_on()
    except Exception:
        await quiet()
    return {
        "inner": inner_failed if inner_failed is not None else True,
        "inner_state": inner_state,
        "outer": outer_failed,
        "why": dig(outer_error, "type", default="-"),
        "paid": after_state == "succeeded",
    }


if __name__ == "__main__":
    asyncio.run(trying_twice())
