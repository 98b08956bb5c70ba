"""Pays by card, by invoice when that fails.

Run: python trying.py
"""

import asyncio
from typing import Any

import httpx
from prefect import flow, task
from prefect.runtime import task_run


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


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error), "message": message_of(error)}


def message_of(error: BaseException) -> str:
    """The text of an error."""
    return str(error) or type(error).__name__


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
    content = response.content.strip()
    try:
        return response.json(parse_constant=int) if content else None
    except ValueError as error:
        raise httpx.DecodingError("the answer is broken JSON") from error


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        httpx.UnsupportedProtocol: "refused",
        httpx.HTTPError: "http",
        PermissionError: "refused",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(timeout_seconds=30)
async def card(api: str) -> None:
    await fetch("POST", f"{api}/card")


@task(timeout_seconds=30)
async def stamp(api: str) -> None:
    await fetch("POST", f"{api}/stamp")


@task(timeout_seconds=30)
async def invoice(api: str, card_state: str) -> None:
    await fetch("POST", f"{api}/invoice", json={"card": card_state})


@task(timeout_seconds=30)
async def ship(api: str) -> None:
    await fetch("POST", f"{api}/ship")


@task(timeout_seconds=30)
async def sorry(api: str) -> None:
    await fetch("POST", f"{api}/sorry")


@flow(name="trying")
async def trying(api: str = "https://api.example.com") -> dict[str, Any]:
    """Pays by card, by invoice when that fails."""
    card_state = "cancelled"
    try:
        try:
            await card(api)
            card_state = "succeeded"
        except Exception:
            card_state = "failed"
            raise
        await stamp(api)
        pay_failed = False
        pay_error = None
    except Exception as error:
        pay_failed = True
        pay_error = failure(error)
        await invoice(api, card_state)
    try:
        await ship(api)
        fine_failed = False
        fine_error = None
    except Exception as error:
        fine_failed = True
        fine_error = failure(error)
        await sorry(api)
    return {
        "card_failed": pay_failed,
        "why": dig(pay_error, "type", default="nothing"),
        "ship_failed": fine_failed,
        "ship_error": fine_error,
    }


if __name__ == "__main__":
    asyncio.run(trying())
