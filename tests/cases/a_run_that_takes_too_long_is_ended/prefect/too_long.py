"""Has four seconds for work that takes longer.

Run: python too_long.py
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
    return {"type": failure_type(error)}


def run_failure(error: BaseException) -> dict[str, Any]:
    """What ended the run, as data, with the task that failed."""
    return {"task": getattr(error, "task", None), **failure(error)}


async def blame(task: Any, run: TaskRun, state: State[Any]) -> None:
    """Note on the error of a failed task which task it was."""
    error = await state.aresult(raise_on_failure=False)
    if isinstance(error, Exception) and not hasattr(error, "task"):
        error.task = task.name


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


@task(timeout_seconds=30, on_failure=[blame])
async def work(api: str) -> None:
    await fetch("GET", f"{api}/work")


@task(timeout_seconds=30, on_failure=[blame])
async def more(api: str) -> None:
    await fetch("GET", f"{api}/more")


@task(timeout_seconds=30, on_failure=[blame])
async def alarm(api: str, run_error: dict[str, Any]) -> None:
    await fetch(
        "POST",
        f"{api}/alarm",
        json={"type": run_error["type"], "task": run_error["task"]},
    )


@task(timeout_seconds=30, on_failure=[blame])
async def tidy(api: str, run_state: str) -> None:
    await fetch("POST", f"{api}/tidy", json={"state": run_state})


@flow(name="too_long")
async def too_long(api: str = "https://api.example.com") -> None:
    """Has four seconds for work that takes longer."""
    run_state = "cancelled"
    run_error = None
    try:
        async with asyncio.timeout(4):
            await work(api)
            await more(api)
        run_state = "succeeded"
    except Exception as error:
        run_error = run_failure(error)
        run_state = "failed"
        with contextlib.suppress(Exception):
            await alarm(api, run_error)
        raise
    finally:
        try:
            await tidy(api, run_state)
        except Exception:
            if run_state == "succeeded":
                raise


if __name__ == "__main__":
    asyncio.run(too_long())
