"""Fails half way and tells, in the end, how far it got.

Run: python endings.py
"""

import asyncio
import contextlib
import json
import math
from collections.abc import Mapping
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import TaskRun
from prefect.runtime import task_run
from prefect.states import Completed, State

ONE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["n"],
    "properties": {"n": {"type": "integer"}},
}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def refuse_constant(name: str) -> Any:
    """NaN and the infinities are no JSON."""
    raise ValueError(f"{name} is not JSON")


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text; whole numbers are int, however they are written."""
    return json.loads(
        text,
        parse_int=lambda digits: as_number(int(digits)),
        parse_float=lambda digits: as_number(float(digits)),
        parse_constant=refuse_constant,
    )


def number_text(value: float) -> str:
    """A number as text, without a final `.0`."""
    return repr(value).removesuffix(".0")


def printable(value: Any) -> Any:
    """The value, its doubles that Python would print with `.0` as integers."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return int(value)
    return value


def json_text(value: Any) -> str:
    """Compact JSON without needless escapes."""
    return json.dumps(printable(value), ensure_ascii=False, separators=(",", ":"))


def as_text(value: Any) -> str:
    """A value as text: null is empty, lists and objects are compact JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return json_text(value)


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
    return {}


def run_failure(error: BaseException) -> dict[str, Any]:
    """What ended the run, as data, with the task that failed."""
    return {"task": getattr(error, "task", None), **failure(error)}


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
    return read_json(response.content) if response.content.strip() else None


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(name="one", timeout_seconds=30, on_failure=[blame])
async def one_(api: str) -> dict[str, Any]:
    return fitting(await fetch("GET", f"{api}/one"), ONE_SCHEMA)


@task(on_failure=[blame])
async def skipped_one() -> None:
    get_run_logger().info("more than one")


@task(timeout_seconds=30, on_failure=[blame])
async def two(api: str) -> int:
    response = await send("GET", f"{api}/two")
    body_of(response)
    return response.status_code


@task(on_failure=[blame])
async def three() -> str:
    return "three"


@task(task_run_name="inner[{index}]", on_failure=[blame])
async def inner(n: int, index: int) -> None:
    get_run_logger().info("%s", f"{n}")


@task(on_failure=[blame])
async def taken() -> None:
    get_run_logger().info("taken")


@task(on_failure=[blame])
async def alarm(run_error: dict[str, Any]) -> None:
    get_run_logger().error("%s", as_text(run_error["task"]))


@task(on_failure=[blame])
async def never() -> None:
    get_run_logger().info("three went well")


@task(timeout_seconds=30, on_failure=[blame])
async def report(
    api: str,
    one_state: str,
    skipped_one_state: str,
    two_state: str,
    three_state: str,
    each_state: str,
    way_state: str,
    taken_state: str,
    one_body: dict[str, Any],
    two_status: int,
    three_text: str,
    run_state: str,
    run_error: dict[str, Any],
) -> None:
    await fetch(
        "POST",
        f"{api}/report",
        json={
            "states": [
                one_state,
                skipped_one_state,
                two_state,
                three_state,
                each_state,
                way_state,
                taken_state,
            ],
            "one": dig(one_body, "n", default=0),
            "two": two_status if two_status is not None else 0,
            "three": three_text if three_text is not None else "none",
            "run": run_state,
            "error": dig(run_error, "task", default="none"),
        },
    )


@flow(name="endings")
async def endings(api: str = "https://api.example.com") -> None:
    """Fails half way and tells, in the end, how far it got."""
    one_body = two_status = three_text = None
    one_state = skipped_one_state = two_state = three_state = "cancelled"
    each_state = way_state = taken_state = "cancelled"
    run_state = "cancelled"
    run_error = None
    try:
        try:
            one_body = await one_(api)
            one_state = "succeeded"
        except Exception:
            one_state = "failed"
            raise
        try:
            if one_body["n"] > 1:
                await skipped_one()
                skipped_one_state = "succeeded"
            else:
                await skipped.with_options(task_run_name="skipped_one")()
                skipped_one_state = "skipped"
        except Exception:
            skipped_one_state = "failed"
            raise
        try:
            two_status = await two(api)
            two_state = "succeeded"
        except Exception as error:
            two_state = "failed"
            two_status = status_of(error)
            raise
        try:
            three_text = await three()
            three_state = "succeeded"
        except Exception:
            three_state = "failed"
            raise
        try:
            for index, n in enumerate([1, 2]):
                await inner(n, index)
            each_state = "succeeded"
        except Exception:
            each_state = "failed"
            raise
        try:
            if one_body["n"] == 1:
                try:
                    await taken()
                    taken_state = "succeeded"
                except Exception:
                    taken_state = "failed"
                    raise
            else:
                taken_state = "skipped"
            way_state = "succeeded"
        except Exception:
            way_state = "failed"
            raise
        run_state = "succeeded"
    except Exception as error:
        run_error = run_failure(error)
        run_state = "failed"
        with contextlib.suppress(Exception):
            await alarm(run_error)
            if three_state == "succeeded":
                await never()
            else:
                await skipped.with_options(task_run_name="never")()
        raise
    finally:
        try:
            await report(
                api,
                one_state,
                skipped_one_state,
                two_state,
                three_state,
                each_state,
                way_state,
                taken_state,
                one_body,
                two_status,
                three_text,
                run_state,
                run_error,
            )
        except Exception:
            if run_state == "succeeded":
                raise


if __name__ == "__main__":
    asyncio.run(endings())
