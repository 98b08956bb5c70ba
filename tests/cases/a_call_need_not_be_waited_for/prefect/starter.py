"""Has another workflow report, and does not wait for it.

Run: python starter.py
"""

import asyncio
from typing import Any

import httpx
from prefect import flow, task
from prefect.deployments import run_deployment
from prefect.runtime import task_run


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
async def report(api: str) -> None:
    await run_deployment(
        "reporter/reporter", parameters={"api": api, "name": "late"}, timeout=0
    )


@task(timeout_seconds=30)
async def goes_on(api: str) -> None:
    await fetch("POST", f"{api}/goes_on")


@task
async def pause() -> None:
    await asyncio.sleep(3)


@flow(name="starter")
async def starter(api: str = "https://api.example.com") -> dict[str, Any]:
    """Has another workflow report, and does not wait for it."""
    await report(api)
    report_state = "succeeded"
    await goes_on(api)
    goes_on_state = "succeeded"
    await pause()
    return {"states": [report_state, goes_on_state]}


if __name__ == "__main__":
    asyncio.run(starter())
