"""Does nothing more when there is nothing new.

Run: python stopped.py
"""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task
from prefect.runtime import task_run

NEWS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


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
    return read_json(response.content) if response.content.strip() else None


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(timeout_seconds=30)
async def news(api: str) -> list[str]:
    return fitting(await fetch("GET", f"{api}/news"), NEWS_SCHEMA)


@task
async def enough() -> None:
    get_run_logger().info("%s", "nothing new")


@task(timeout_seconds=30)
async def post(api: str, news_body: list[str]) -> None:
    await fetch("POST", f"{api}/posts", json={"text": ", ".join(news_body)})


@task
async def count(news_body: list[str]) -> int:
    return len(news_body)


@task(timeout_seconds=30)
async def tidy(api: str, run_state: str) -> None:
    await fetch("POST", f"{api}/tidy", json={"state": run_state})


@flow(name="stopped")
async def stopped(api: str = "https://api.example.com") -> dict[str, Any]:
    """Does nothing more when there is nothing new."""
    count_posted = None
    run_state = "cancelled"
    try:
        news_body = await news(api)
        if not news_body:
            await enough()
        else:
            await post(api, news_body)
            count_posted = await count(news_body)
        run_state = "succeeded"
    except Exception:
        run_state = "failed"
        raise
    finally:
        try:
            await tidy(api, run_state)
        except Exception:
            if run_state == "succeeded":
                raise
    return {"posted": count_posted if count_posted is not None else 0}


if __name__ == "__main__":
    asyncio.run(stopped())
