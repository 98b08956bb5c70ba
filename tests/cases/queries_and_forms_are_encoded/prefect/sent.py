"""Sends a query with lists and null, a form, a text and a text that looks like JSON.

Environment: USER_NAME, USER_PASSWORD.
Run: python sent.py
"""

import asyncio
import base64
import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task
from prefect.runtime import task_run

TAGS_DEFAULT: list[str] = ["red", "white & blue"]
TAGS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


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
            if before.url.scheme != request.url.scheme:
                request.headers.pop("Authorization", None)
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


def with_query(url: str, values: Mapping[str, Any]) -> str:
    """The url with these parameters; a list repeats its name, None leaves it out."""
    mark = "&" if "?" in url else "?"
    pairs = urlencode(text_pairs(values), quote_via=quote)
    return f"{url}{mark}{pairs}" if pairs else url


def text_pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and texts, as a query or a form has them."""
    return [
        (name, as_text(each))
        for name, value in values.items()
        for each in (value if isinstance(value, list) else [value])
        if each is not None
    ]


def basic_auth(username: str, password: str) -> str:
    """The header of Basic authentication."""
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"


def body_of(response: httpx.Response) -> Any:
    """The body of an answer: JSON where it says so (nothing is None), else text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.text
    return response.json(parse_constant=int) if response.content.strip() else None


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(timeout_seconds=30)
async def search(api: str, tags: list[str]) -> int:
    response = await send(
        "GET",
        with_query(
            f"{api}/search",
            {
                "tag": tags,
                "before": None,
                "exact": True,
                "page": 1,
                "q": f"{dig(tags, 0, default='')}+ä?",
            },
        ),
    )
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def login(api: str) -> int:
    response = await send(
        "POST",
        f"{api}/login",
        headers={
            "Authorization": basic_auth(
                os.environ["USER_NAME"], os.environ["USER_PASSWORD"]
            ),
        },
        data={"grant": "client credentials", "scope": "a&b=c", "count": 2},
    )
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def note(api: str, tags: list[str]) -> int:
    response = await send(
        "PUT",
        f"{api}/note",
        headers={"Content-Type": "text/plain; charset=utf-8"},
        content=f"Tags: {', '.join(tags)}\n",
    )
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def almost(api: str) -> int:
    response = await send(
        "PUT",
        f"{api}/almost",
        headers={"Content-Type": "text/plain; charset=utf-8"},
        content='{"looks": "like JSON"}',
    )
    body_of(response)
    return response.status_code


@flow(name="sent")
async def sent(
    api: str = "https://api.example.com", tags: list[str] = TAGS_DEFAULT
) -> dict[str, Any]:
    """Sends a query with lists and null, a form, a text and a text that looks like
    JSON.
    """
    fitting(tags, TAGS_SCHEMA)
    search_status = await search(api, tags)
    login_status = await login(api)
    note_status = await note(api, tags)
    almost_status = await almost(api)
    return {"statuses": [search_status, login_status, note_status, almost_status]}


if __name__ == "__main__":
    asyncio.run(sent())
