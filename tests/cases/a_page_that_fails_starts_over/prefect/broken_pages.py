"""Reads posts whose second page is broken at first, and something that is gone half
way.

Run: python broken_pages.py
"""

import asyncio
import contextlib
import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import TaskRun
from prefect.states import State

POSTS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}},
    },
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


async def send(method: str, url: str | httpx.URL, **options: Any) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, str(url).strip(), **options)
        for _ in range(6):
            response = await client.send(request)
            if response.next_request is None:
                return response.raise_for_status()
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


async def counted_pages(
    method: str,
    url: str | httpx.URL,
    param: str,
    by_offset: bool = False,
    size: int = 1,
    limit: int = 1000,
    **options: Any,
) -> tuple[list[Any], httpx.Response]:
    """The items of all pages up to one with fewer than `size`, and the last answer."""
    found: list[Any] = []
    for number in range(1, limit + 1):
        count = len(found) if by_offset else number
        target, own = at_page(url, param, count), options
        response = await send(method, target, **own)
        page = list_of(response)
        found += page
        if len(page) < size:
            return found, response
    raise httpx.HTTPError(f"there are more than {limit} pages")


def at_page(url: str | httpx.URL, param: str, value: Any) -> str:
    """The url of a page."""
    target = httpx.URL(url)
    others = [pair for pair in target.params.multi_items() if pair[0] != param]
    query = urlencode([*others, (param, as_text(value))], quote_via=quote)
    return str(target.copy_with(query=query.encode()))


def list_of(response: httpx.Response) -> list[Any]:
    """The list that a page is."""
    found = body_of(response)
    if not isinstance(found, list):
        raise httpx.DecodingError("a page has no list where it should")
    return found


@task(retries=2, retry_delay_seconds=1, timeout_seconds=30, on_failure=[blame])
async def posts(api: str) -> list[dict[str, Any]]:
    found, _ = await counted_pages("GET", f"{api}/posts", param="page")
    fitting(found, POSTS_SCHEMA)
    return found


@task(on_failure=[blame])
async def tell(posts_body: list[dict[str, Any]]) -> None:
    get_run_logger().info(
        "%s", ",".join(map(as_text, [each["id"] for each in posts_body]))
    )


@task(timeout_seconds=30, on_failure=[blame])
async def gone(api: str) -> int:
    found, response = await counted_pages(
        "GET", f"{api}/gone", param="offset", by_offset=True
    )
    return response.status_code


@task(on_failure=[blame])
async def alarm(run_error: dict[str, Any], gone_status: int) -> None:
    get_run_logger().error(
        "%s",
        f"{as_text(run_error['task'])} {gone_status if gone_status is not None else 0}",
    )


@flow(name="broken_pages")
async def broken_pages(api: str = "https://api.example.com") -> None:
    """Reads posts whose second page is broken at first, and something that is gone
    half way.
    """
    gone_status = None
    try:
        posts_body = await posts(api)
        await tell(posts_body)
        try:
            gone_status = await gone(api)
        except Exception as error:
            gone_status = status_of(error)
            raise
    except Exception as error:
        run_error = run_failure(error)
        with contextlib.suppress(Exception):
            await alarm(run_error, gone_status)
        raise


if __name__ == "__main__":
    asyncio.run(broken_pages())
