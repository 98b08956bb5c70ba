"""Work fails, and so does the alarm.

Run: python bad_alarm.py
"""

import asyncio
import contextlib
from typing import Any

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


class Failed(Exception):
    """A task that is there to fail the run."""


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"message": message_of(error)}


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
    return response.json(parse_constant=int) if response.content.strip() else None


@task
async def work() -> None:
    raise Failed("out of paint")


@task(timeout_seconds=30)
async def alarm(api: str) -> None:
    await fetch("POST", f"{api}/alarm")


@task(timeout_seconds=30)
async def tidy_up(api: str, run_error: dict[str, Any]) -> None:
    await fetch(
        "POST", f"{api}/tidy", json={"why": dig(run_error, "message", default="")}
    )


@flow(name="bad_alarm")
async def bad_alarm(api: str = "https://api.example.com") -> None:
    """Work fails, and so does the alarm."""
    run_state = "cancelled"
    run_error = None
    try:
        await work()
        run_state = "succeeded"
    except Exception as error:
        run_error = failure(error)
        run_state = "failed"
        with contextlib.suppress(Exception):
            await alarm(api)
        raise
    finally:
        try:
            await tidy_up(api, run_error)
        except Exception:
            if run_state == "succeeded":
                raise


if __name__ == "__main__":
    asyncio.run(bad_alarm())
