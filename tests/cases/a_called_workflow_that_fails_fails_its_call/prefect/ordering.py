"""Has three orders paid by another workflow, which cannot.

Run: python ordering.py
"""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any

import httpx
from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import TaskRun
from prefect.runtime import task_run
from prefect.states import State

from paying import paying as call_paying


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
    return {}


def run_failure(error: BaseException) -> dict[str, Any]:
    """What ended the run, as data, with the task that failed."""
    return {"task": getattr(error, "task", None), **failure(error)}


async def blame(task: Any, run: TaskRun, state: State[Any]) -> None:
    """Note on the error of a failed task which task it was."""
    error = await state.aresult(raise_on_failure=False)
    if isinstance(error, Exception) and not hasattr(error, "task"):
        error.task = task.name


async def called(name: str, run: Awaitable[Any]) -> Any:
    """The outputs of a called flow; what fails in it is told as its failure."""
    try:
        return await run
    except Exception as error:
        raise RuntimeError(f"{name} failed: {error}") from error


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


@task(on_failure=[blame])
async def first(api: str) -> dict[str, Any]:
    return await called("paying", call_paying(api=api, order="a1"))


@task(on_failure=[blame])
async def second(api: str) -> None:
    await called("paying", call_paying(api=api, order="b2"))


@task(on_failure=[blame])
async def sorry(second_state: str) -> None:
    get_run_logger().warning("%s", f"second {second_state}")


@task(on_failure=[blame])
async def third(api: str) -> dict[str, Any]:
    return await called("paying", call_paying(api=api, order="c3"))


@task(on_failure=[blame])
async def never(third_value: dict[str, Any]) -> None:
    get_run_logger().info("%s", f"paid {third_value['receipt']}")


@task(timeout_seconds=30, on_failure=[blame])
async def alarm(
    api: str, run_error: dict[str, Any], first_state: str, first_value: dict[str, Any]
) -> None:
    await fetch(
        "POST",
        f"{api}/alarm",
        json={
            "task": run_error["task"],
            "first": first_state,
            "receipt": dig(first_value, "receipt", default="none"),
        },
    )


@flow(name="ordering")
async def ordering(api: str = "https://api.example.com") -> None:
    """Has three orders paid by another workflow, which cannot."""
    first_value = None
    first_state = second_state = "cancelled"
    try:
        try:
            first_value = await first(api)
            first_state = "succeeded"
        except Exception:
            first_state = "failed"
        try:
            try:
                await second(api)
                second_state = "succeeded"
            except Exception:
                second_state = "failed"
                raise
        except Exception:
            await sorry(second_state)
        third_value = await third(api)
        await never(third_value)
    except Exception as error:
        run_error = run_failure(error)
        with contextlib.suppress(Exception):
            await alarm(api, run_error, first_state, first_value)
        raise


if __name__ == "__main__":
    asyncio.run(ordering())
