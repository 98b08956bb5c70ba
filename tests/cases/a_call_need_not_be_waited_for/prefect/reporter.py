"""Reports, and fails in the end.

Run: python reporter.py '{"name": ...}'
Deploy: prefect --no-prompt deploy --all
"""

import asyncio
import json
import sys
from typing import Any

import httpx
from prefect import flow, task
from prefect.runtime import task_run


class Failed(Exception):
    """A task that is there to fail the run."""


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


@task(timeout_seconds=30)
async def post(api: str, name: str) -> None:
    await fetch("POST", f"{api}/report", json={"name": name})


@task
async def give_up() -> None:
    raise Failed("nobody waits for this")


@flow(name="reporter")
async def reporter(name: str, api: str = "https://api.example.com") -> None:
    """Reports, and fails in the end."""
    await post(api, name)
    await give_up()


if __name__ == "__main__":
    asyncio.run(reporter(**json.loads(sys.argv[1])))
