"""Gives back what a webhook brings.

Run: python hook_parts.py
Deploy: prefect --no-prompt deploy --all
"""

import asyncio
from typing import Any

from prefect import flow, task
from prefect.context import FlowRunContext


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


def has(value: Any, *path: Any) -> bool:
    """Whether something stands at a path of keys, numbers and slices, even null."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return False
        try:
            value = at(value, step)
        except LookupError:
            return False
    return True


def run_trigger() -> str:
    """What started this run."""
    context = FlowRunContext.get()
    is_scheduled = context and context.flow_run and context.flow_run.auto_scheduled
    return "schedule" if is_scheduled else "manual"


@task
async def parts(
    trigger_headers: dict[str, Any], trigger_query: dict[str, Any], trigger_body: Any
) -> tuple[str, str, str, str, str, Any, Any, list[bool]]:
    return (
        dig(trigger_headers, "x-event", default="-"),
        dig(trigger_headers, "x-delivery", default="-"),
        dig(trigger_headers, "x-other", default="-"),
        dig(trigger_query, "page", default="1"),
        dig(trigger_query, "tag", default=""),
        dig(trigger_body, "text", default=""),
        dig(trigger_body, "list", default=[]),
        [has(trigger_query, "tag"), has(trigger_query, "other")],
    )


@flow(name="hook_parts")
async def hook_parts(trigger: dict[str, Any] | None = None) -> dict[str, Any]:
    """Gives back what a webhook brings."""
    trigger_body = trigger_headers = trigger_query = None
    if trigger is not None:
        trigger_body = trigger.get("body")
        trigger_headers = {
            name.lower(): value for name, value in trigger.get("headers", {}).items()
        }
        trigger_query = trigger.get("query", {})
    run_kind = run_trigger() if trigger is None else "webhook"
    (
        parts_event,
        parts_delivery,
        parts_missing,
        parts_page,
        parts_tag,
        parts_text,
        parts_list,
        parts_has,
    ) = await parts(trigger_headers, trigger_query, trigger_body)
    return {
        "event": parts_event,
        "delivery": parts_delivery,
        "missing": parts_missing,
        "page": parts_page,
        "tag": parts_tag,
        "text": parts_text,
        "list": parts_list,
        "has": parts_has,
        "by": run_kind,
    }


if __name__ == "__main__":
    asyncio.run(hook_parts())
