"""Posts every item of a list that holds whatever it likes, and tells what each was.

Run: python mixed_items.py '{"name": ...}'
"""

import asyncio
import json
import sys
from typing import Any

import httpx
from prefect import flow, task
from prefect.runtime import task_run


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


def is_number(value: Any) -> bool:
    """Whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


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


@task(task_run_name="post[{index}]", timeout_seconds=30)
async def post(api: str, item_: Any, index: int) -> None:
    await fetch("POST", f"{api}/items", json={"item": item_, "at": index})


@flow(name="mixed_items")
async def mixed_items(
    mixed: list[Any], api: str = "https://api.example.com"
) -> dict[str, Any]:
    """Posts every item of a list that holds whatever it likes, and tells what each
    was.
    """
    each_value = []
    for index, item_ in enumerate(mixed):
        await post(api, item_, index)
        each_value.append(item_)
    kinds_value = [
        "none"
        if one_ is None
        else "text"
        if isinstance(one_, str)
        else "boolean"
        if isinstance(one_, bool)
        else "number"
        if is_number(one_)
        else "list"
        if isinstance(one_, list)
        else "object"
        if isinstance(one_, dict)
        else "?"
        for one_ in mixed
    ]
    texts_value = [f"{as_text(same_)}" for same_ in each_value]
    return {"seen": each_value, "kinds": kinds_value, "texts": texts_value}


if __name__ == "__main__":
    asyncio.run(mixed_items(**json.loads(sys.argv[1])))
