"""Makes the label of a parcel.

Run: python label_of.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Awaitable
from typing import Annotated, Any

import httpx
from prefect import flow, task
from prefect.runtime import task_run
from pydantic import Field

from weight_of import weight_of as call_weight_of


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


@task
async def weight(grams: int) -> dict[str, Any]:
    return await called("weight_of", call_weight_of(grams=grams))


@task
async def made(id: str, weight_value: dict[str, Any]) -> str:
    return f"{id}: {as_text(weight_value['kilos'])} kg"


@task(timeout_seconds=30)
async def post(api: str, made_text: str) -> None:
    await fetch("POST", f"{api}/labels", json={"text": made_text})


@flow(name="label_of")
async def label_of(
    id: str,
    grams: Annotated[int, Field(strict=True)],
    api: str = "https://api.example.com",
) -> dict[str, Any]:
    """Makes the label of a parcel."""
    weight_value = await weight(grams)
    made_text = await made(id, weight_value)
    await post(api, made_text)
    return {"text": made_text}


if __name__ == "__main__":
    asyncio.run(label_of(**json.loads(sys.argv[1])))
