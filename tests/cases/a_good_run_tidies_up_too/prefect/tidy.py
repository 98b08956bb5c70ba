"""Works, and tidies up; the alarm stays silent.

Run: python tidy.py
"""

import asyncio
import contextlib
from typing import Any

import httpx
from prefect import flow, task
from prefect.client.schemas.objects import TaskRun
from prefect.runtime import task_run
from prefect.states import State


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


@task(timeout_seconds=30, on_failure=[blame])
async def work(api: str) -> int:
    response = await send("GET", f"{api}/work")
    body_of(response)
    return response.status_code


@task(timeout_seconds=30, on_failure=[blame])
async def alarm(api: str) -> None:
    await fetch("POST", f"{api}/alarm")


@task(timeout_seconds=30, on_failure=[blame])
async def tidy_up(api: str, run_state: str, run_error: dict[str, Any]) -> None:
    await fetch("POST", f"{api}/tidy", json={"state": run_state, "error": run_error})


@flow(name="tidy")
async def tidy(api: str = "https://api.example.com") -> dict[str, Any]:
    """Works, and tidies up; the alarm stays silent."""
    run_state = "cancelled"
    run_error = None
    try:
        work_status = await work(api)
        run_state = "succeeded"
    except Exception as error:
        run_error = run_failure(error)
        run_state = "failed"
        with contextlib.suppress(Exception):
            await alarm(api)
        raise
    finally:
        try:
            await tidy_up(api, run_state, run_error)
        except Exception:
            if run_state == "succeeded":
                raise
    return {"status": work_status}


if __name__ == "__main__":
    asyncio.run(tidy())
