"""Has a block of each kind, all but one of them switched off.

Run: python off.py
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Annotated, Any

import httpx
from prefect import flow, task
from prefect.states import Completed, State
from pydantic import Field


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


def instead(value: Any, fallback: Callable[[], Any]) -> Any:
    """The value, or what is worked out instead of None."""
    return fallback() if value is None else value


@task
async def skipped() -> State[Any]:
    """Stand in the run for a task whose condition is false."""
    return Completed(name="Skipped", message="its condition is false")


async def send(method: str, url: str, **options: Any) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
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


@task(task_run_name="visit[{index}]", timeout_seconds=30)
async def visit(api: str, n: int, index: int) -> int:
    response = await send("GET", f"{api}/{n}")
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def chosen(api: str) -> None:
    await fetch("GET", f"{api}/chosen")


@task(timeout_seconds=30)
async def guarded(api: str) -> None:
    await fetch("GET", f"{api}/guarded")


@task(timeout_seconds=30)
async def caught(api: str) -> None:
    await fetch("GET", f"{api}/caught")


@task(timeout_seconds=30)
async def look(api: str) -> int:
    response = await send("GET", f"{api}/look")
    body_of(response)
    return response.status_code


@task(name="one", timeout_seconds=30)
async def one_(api: str) -> None:
    await fetch("GET", f"{api}/one")


@flow(name="off")
async def off(
    api: str = "https://api.example.com",
    is_on: Annotated[bool, Field(strict=True)] = False,
) -> dict[str, Any]:
    """Has a block of each kind, all but one of them switched off."""
    loop_value = choose_taken = guard_failed = poll_iterations = None
    loop_state = choose_state = guard_state = poll_state = "cancelled"
    once_state = "cancelled"
    if is_on:
        loop_value = []
        for index, n in enumerate([1, 2]):
            visit_status = await visit(api, n, index)
            loop_value.append(visit_status)
        loop_state = "succeeded"
    else:
        await skipped.with_options(task_run_name="loop")()
        loop_state = "skipped"
    if is_on:
        if loop_value:
            await chosen(api)
            choose_taken = "0"
        else:
            choose_taken = "else"
        choose_state = "succeeded"
    else:
        await skipped.with_options(task_run_name="choose")()
        choose_state = "skipped"
    if is_on:
        try:
            await guarded(api)
            guard_failed = False
        except Exception:
            guard_failed = True
            await caught(api)
        guard_state = "succeeded"
    else:
        await skipped.with_options(task_run_name="guard")()
        guard_state = "skipped"
    if is_on:
        for poll_iterations in range(1, 3):
            if poll_iterations > 1:
                await asyncio.sleep(1)
            look_status = await look(api)
            if look_status == 200:
                break
        else:
            raise RuntimeError("`poll` was not done after 2 rounds")
        poll_state = "succeeded"
    else:
        await skipped.with_options(task_run_name="poll")()
        poll_state = "skipped"
    if not is_on:
        with contextlib.suppress(Exception):
            await one_(api)
        once_state = "succeeded"
    else:
        await skipped.with_options(task_run_name="once")()
        once_state = "skipped"
    return {
        "states": [loop_state, choose_state, guard_state, poll_state, once_state],
        "value": (
            instead(
                ",".join(map(as_text, (loop_value if loop_value is not None else []))),
                lambda: "",
            )
            if loop_state == "succeeded"
            else "none"
        ),
        "way": choose_taken if choose_taken is not None else "-",
        "failed": guard_failed if guard_failed is not None else False,
        "rounds": poll_iterations if poll_iterations is not None else 0,
    }


if __name__ == "__main__":
    asyncio.run(off())
