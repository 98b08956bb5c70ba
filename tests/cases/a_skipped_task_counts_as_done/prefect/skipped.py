"""Tells somebody only when asked to, and goes on either way.

Run: python skipped.py
"""

import asyncio
from typing import Annotated, Any

import httpx
from prefect import flow, task
from prefect.runtime import task_run
from prefect.states import Completed, State
from pydantic import Field


@task
async def skipped() -> State[Any]:
    """Stand in the run for a task whose condition is false."""
    return Completed(name="Skipped", message="its condition is false")


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


@task(timeout_seconds=30)
async def before(api: str) -> None:
    await fetch("GET", f"{api}/before")


@task(timeout_seconds=30)
async def notify(api: str) -> int:
    response = await send("POST", f"{api}/notify")
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def after(api: str) -> None:
    await fetch("GET", f"{api}/after")


@flow(name="skipped")
async def skipped_flow(
    api: str = "https://api.example.com",
    tell: Annotated[bool, Field(strict=True)] = False,
) -> dict[str, Any]:
    """Tells somebody only when asked to, and goes on either way."""
    notify_status = notify_error = None
    notify_state = "cancelled"
    await before(api)
    if tell:
        notify_status = await notify(api)
        notify_state = "succeeded"
    else:
        await skipped.with_options(task_run_name="notify")()
        notify_state = "skipped"
    await after(api)
    return {
        "notified": notify_state,
        "status": notify_status if notify_status is not None else 0,
        "error": notify_error,
    }


if __name__ == "__main__":
    asyncio.run(skipped_flow())
