"""Works well, but cannot tidy up.

Run: python bad_end.py
"""

import asyncio
import contextlib
from typing import Any

import httpx
from prefect import flow, task
from prefect.runtime import task_run
from prefect.states import Completed, State


class Failed(Exception):
    """A task that is there to fail the run."""


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
    return response.json(parse_constant=int) if response.content.strip() else None


@task(timeout_seconds=30)
async def work(api: str) -> int:
    response = await send("GET", f"{api}/work")
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def alarm(api: str) -> None:
    await fetch("POST", f"{api}/alarm")


@task
async def tidy_up() -> None:
    raise Failed("the broom is broken")


@task(timeout_seconds=30)
async def lights_out(api: str) -> None:
    await fetch("POST", f"{api}/lights")


@flow(name="bad_end")
async def bad_end(api: str = "https://api.example.com") -> dict[str, Any]:
    """Works well, but cannot tidy up."""
    run_state = "cancelled"
    try:
        work_status = await work(api)
        run_state = "succeeded"
    except Exception:
        run_state = "failed"
        with contextlib.suppress(Exception):
            await alarm(api)
        raise
    finally:
        try:
            if run_state == "succeeded":
                await tidy_up()
            else:
                await skipped.with_options(task_run_name="tidy_up")()
            await lights_out(api)
        except Exception:
            if run_state == "succeeded":
                raise
    return {"status": work_status}


if __name__ == "__main__":
    asyncio.run(bad_end())
