"""Takes a payment from a webhook and books it.

Run: python hook.py
Deploy: prefect --no-prompt deploy --all
"""

import asyncio
import math
from collections.abc import Mapping
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task
from prefect.context import FlowRunContext
from prefect.runtime import task_run
from prefect.states import Completed

TRIGGER_BODY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["id", "amount"],
    "properties": {
        "id": {"type": "string"},
        "amount": {"type": "number"},
        "note": {"type": ["string", "null"]},
    },
}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


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


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


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


def run_trigger() -> str:
    """What started this run."""
    context = FlowRunContext.get()
    is_scheduled = context and context.flow_run and context.flow_run.auto_scheduled
    return "schedule" if is_scheduled else "manual"


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


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(timeout_seconds=30)
async def book(api: str, trigger_body: dict[str, Any]) -> None:
    await fetch(
        "POST",
        f"{api}/bookings",
        json={
            "id": trigger_body["id"],
            "cents": checked(trigger_body["amount"] * 100),
            "note": dig(trigger_body, "note", default="-"),
        },
    )


@flow(name="hook")
async def hook(
    api: str = "https://api.example.com",
    channel: str = "none",
    trigger: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Takes a payment from a webhook and books it."""
    trigger_body = trigger_headers = trigger_query = None
    if trigger is not None:
        trigger_body = fitting(trigger.get("body"), TRIGGER_BODY_SCHEMA)
        trigger_headers = {
            name.lower(): value for name, value in trigger.get("headers", {}).items()
        }
        trigger_query = trigger.get("query", {})
        channel = dig(trigger_query, "channel", default="web")
        if not (trigger_body["amount"] > 0):
            return Completed(name="Skipped")
    run_kind = run_trigger() if trigger is None else "webhook"
    await book(api, trigger_body)
    return {
        "channel": channel,
        "agent": dig(trigger_headers, "user-agent", default=""),
        "by": run_kind,
    }


if __name__ == "__main__":
    asyncio.run(hook())
