"""Looks at two shops and their stock; whatever does not answer is told and left.

Run: python gone_past.py
"""

import asyncio
from typing import Any

import httpx
from prefect import flow, get_run_logger, task


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


def status_of(error: BaseException) -> int | None:
    """The status with which a request was answered, if it was."""
    return getattr(getattr(error, "response", None), "status_code", None)


async def send(method: str, url: str, **options: Any) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
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


@task(task_run_name="shop[{index}]", timeout_seconds=30)
async def shop(api: str, number: int, index: int) -> None:
    await fetch("GET", f"{api}/shops/{number}")


@task(task_run_name="line[{index}]")
async def line(number: int, shop_state: str, index: int) -> str:
    return f"{number} {'open' if shop_state == 'succeeded' else 'failed'}"


@task(timeout_seconds=30)
async def stock(api: str) -> int:
    response = await send("GET", f"{api}/stock")
    body_of(response)
    return response.status_code


@task
async def tell(stock_error: dict[str, Any] | None) -> None:
    get_run_logger().info("%s", f"stock: {dig(stock_error, 'type', default='there')}")


@task
async def sorry() -> None:
    get_run_logger().info("no stock")


@flow(name="gone_past")
async def gone_past(api: str = "https://api.example.com") -> dict[str, Any]:
    """Looks at two shops and their stock; whatever does not answer is told and left."""
    stock_status = stock_error = None
    shop_state = "cancelled"
    each_value = []
    each_failed = []
    for index, number in enumerate([1, 2]):
        shop_state = "cancelled"
        try:
            await shop(api, number, index)
            shop_state = "succeeded"
        except Exception:
            shop_state = "failed"
        line_text = await line(number, shop_state, index)
        each_value.append(line_text)
    try:
        try:
            stock_status = await stock(api)
        except Exception as error:
            stock_error = failure(error)
            stock_status = status_of(error)
        await tell(stock_error)
        guarded_failed = False
    except Exception:
        guarded_failed = True
        await sorry()
    return {
        "shops": each_value,
        "dropped": len(each_failed),
        "caught": guarded_failed,
        "stock": stock_status if stock_status is not None else 0,
    }


if __name__ == "__main__":
    asyncio.run(gone_past())
