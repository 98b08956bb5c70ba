"""Fails on purpose; tells so, and tidies up in the end.

Run: python handlers.py
"""

import asyncio
import contextlib
from typing import Any

import httpx
from prefect import flow, task
from prefect.client.schemas.objects import TaskRun
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


class Failed(Exception):
    """A task that is there to fail the run."""


@task
async def skipped() -> State[Any]:
    """Stand in the run for a task whose condition is false."""
    return Completed(name="Skipped", message="its condition is false")


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error), "message": message_of(error)}


def run_failure(error: BaseException) -> dict[str, Any]:
    """What ended the run, as data, with the task that failed."""
    return {"task": getattr(error, "task", None), **failure(error)}


def message_of(error: BaseException) -> str:
    """The text of an error."""
    return str(error) or type(error).__name__


async def blame(task: Any, run: TaskRun, state: State[Any]) -> None:
    """Note on the error of a failed task which task it was."""
    error = await state.aresult(raise_on_failure=False)
    if isinstance(error, Exception) and not hasattr(error, "task"):
        error.task = task.name


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
        Failed: "fail",
        PermissionError: "refused",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(timeout_seconds=30, on_failure=[blame])
async def begin(api: str) -> int:
    response = await send("GET", f"{api}/begin")
    body_of(response)
    return response.status_code


@task(on_failure=[blame])
async def refuse(begin_status: int) -> None:
    raise Failed(f'status was {begin_status}, "not" what we wanted')


@task(timeout_seconds=30, on_failure=[blame])
async def never(api: str) -> None:
    await fetch("GET", f"{api}/never")


@task(timeout_seconds=30, on_failure=[blame])
async def alarm(api: str, run_error: dict[str, Any], run_state: str) -> None:
    await fetch(
        "POST",
        f"{api}/alarm",
        json={
            "task": run_error["task"],
            "type": run_error["type"],
            "message": run_error["message"],
            "state": run_state,
        },
    )


@task(timeout_seconds=30, on_failure=[blame])
async def tidy(
    api: str, run_state: str, run_error: dict[str, Any], begin_status: int
) -> None:
    await fetch(
        "POST",
        f"{api}/tidy",
        json={
            "state": run_state,
            "why": dig(run_error, "message", default=""),
            "began": begin_status if begin_status is not None else 0,
        },
    )


@flow(name="handlers")
async def handlers(api: str = "https://api.example.com") -> None:
    """Fails on purpose; tells so, and tidies up in the end."""
    begin_status = None
    run_state = "cancelled"
    run_error = None
    try:
        try:
            begin_status = await begin(api)
        except Exception as error:
            begin_status = status_of(error)
            raise
        if begin_status == 200:
            await refuse(begin_status)
        else:
            await skipped.with_options(task_run_name="refuse")()
        await never(api)
        run_state = "succeeded"
    except Exception as error:
        run_error = run_failure(error)
        run_state = "failed"
        with contextlib.suppress(Exception):
            await alarm(api, run_error, run_state)
        raise
    finally:
        try:
            await tidy(api, run_state, run_error, begin_status)
        except Exception:
            if run_state == "succeeded":
                raise


if __name__ == "__main__":
    asyncio.run(handlers())
