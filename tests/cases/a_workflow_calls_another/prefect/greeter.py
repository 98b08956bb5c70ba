"""Posts a greeting and gives it back.

Run: python greeter.py '{"name": ...}'
"""

import asyncio
import json
import sys
from typing import Annotated, Any

import httpx
from prefect import flow, task
from prefect.runtime import task_run
from pydantic import Field


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
async def made(name: str, times: int) -> str:
    return f"hello {name} x{times}"


@task(timeout_seconds=30)
async def post(api: str, made_text: str) -> None:
    await fetch("POST", f"{api}/greetings", json={"text": made_text})


@flow(name="greeter")
async def greeter(
    name: str,
    api: str = "https://api.example.com",
    times: Annotated[int, Field(strict=True)] = 1,
) -> dict[str, Any]:
    """Posts a greeting and gives it back."""
    made_text = await made(name, times)
    await post(api, made_text)
    return {"text": made_text}


if __name__ == "__main__":
    asyncio.run(greeter(**json.loads(sys.argv[1])))
