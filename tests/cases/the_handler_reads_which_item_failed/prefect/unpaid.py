"""Ships all orders, but stops at the first that is not paid.

Run: python unpaid.py '{"name": ...}'
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping
from typing import Any

import httpx
from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import TaskRun
from prefect.runtime import task_run
from prefect.states import Completed, State

ORDERS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "paid"],
        "properties": {"id": {"type": "string"}, "paid": {"type": "boolean"}},
    },
}


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
    """The text of an error, without what libraries add to it."""
    return str(getattr(error, "message", error)) or type(error).__name__


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


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        httpx.UnsupportedProtocol: "refused",
        httpx.HTTPError: "http",
        ValidationError: "returns",
        Failed: "fail",
        PermissionError: "refused",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(task_run_name="refuse[{index}]", on_failure=[blame])
async def refuse(order: dict[str, Any], index: int) -> None:
    raise Failed(f"order {order['id']} is not paid")


@task(task_run_name="ship[{index}]", on_failure=[blame])
async def ship(order: dict[str, Any], index: int) -> None:
    get_run_logger().info("%s", order["id"])


@task(on_failure=[blame])
async def done() -> None:
    get_run_logger().info("all shipped")


@task(timeout_seconds=30, on_failure=[blame])
async def alarm(api: str, run_error: dict[str, Any], each_state: str) -> None:
    await fetch(
        "POST",
        f"{api}/alarm",
        json={
            "task": run_error["task"],
            "type": run_error["type"],
            "message": run_error["message"],
            "each": each_state,
        },
    )


@task(on_failure=[blame])
async def tell(run_error: dict[str, Any], run_state: str) -> None:
    get_run_logger().warning(
        "%s",
        f"{dig(run_error, 'task', default='none')}, "
        f"{dig(run_error, 'message', default='')}, {run_state}",
    )


@flow(name="unpaid")
async def unpaid(
    orders: list[dict[str, Any]], api: str = "https://api.example.com"
) -> None:
    """Ships all orders, but stops at the first that is not paid."""
    fitting(orders, ORDERS_SCHEMA)
    each_state = "cancelled"
    run_state = "cancelled"
    run_error = None
    try:
        try:
            for index, order in enumerate(orders):
                if not order["paid"]:
                    await refuse(order, index)
                else:
                    await skipped.with_options(task_run_name=f"refuse[{index}]")()
                await ship(order, index)
            each_state = "succeeded"
        except Exception:
            each_state = "failed"
            raise
        await done()
        run_state = "succeeded"
    except Exception as error:
        run_error = run_failure(error)
        run_state = "failed"
        with contextlib.suppress(Exception):
            await alarm(api, run_error, each_state)
        raise
    finally:
        try:
            await tell(run_error, run_state)
        except Exception:
            if run_state == "succeeded":
                raise


if __name__ == "__main__":
    asyncio.run(unpaid(**json.loads(sys.argv[1])))
