"""Counts, names and remembers, starting from nothing.

Run: python beginning.py
"""

import asyncio
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from prefect import flow, get_client, task
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import FlowRunContext
from prefect.runtime import flow_run
from prefect.variables import Variable

STATE_VARIABLE = "beginning_state"
STATE_DEFAULTS: dict[str, Any] = {
    "count": 0,
    "last": None,
    "names": [],
    "limits": {"low": None, "high": 9},
    "is_open": True,
    "title": "",
}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def settled(value: Any) -> Any:
    """A JSON value with each number in its one form."""
    if isinstance(value, dict):
        return {key: settled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [settled(item) for item in value]
    return as_number(value) if type(value) in (int, float) else value


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


def truth(value: Any) -> bool:
    """A boolean; anything else is refused, for nothing else is true or false."""
    if not isinstance(value, bool):
        raise TypeError(f"expected a boolean, not {kind_of(value)}")
    return value


def a_list(value: Any) -> list[Any]:
    """A list; anything else is refused."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, not {kind_of(value)}")
    return value


def a_text(value: Any) -> str:
    """A text; anything else is refused."""
    if not isinstance(value, str):
        raise TypeError(f"expected a text, not {kind_of(value)}")
    return value


def a_number(value: Any) -> int | float:
    """A number; anything else is refused, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, not {kind_of(value)}")
    return value


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


def same(left: Any, right: Any) -> bool:
    """Deep equality of JSON values: 2 is 2.0, but true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        keys = left.keys()
        return keys == right.keys() and all(same(left[key], right[key]) for key in keys)
    return bool(left == right)


def less(left: Any, right: Any) -> bool:
    """Whether one number or text comes before another."""
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return a_number(left) < a_number(right)


def contains(container: Any, item: Any) -> bool:
    """Whether a list has an item, an object a key, or a text a text."""
    if isinstance(container, list):
        return any(same(each, item) for each in container)
    if isinstance(container, dict | str):
        return a_text(item) in container
    raise TypeError(f"nothing is in {kind_of(container)}")


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


def reach(item: Any, path: str | None) -> Any:
    """What stands in an item at a dotted path of keys."""
    for key in path.split(".") if path is not None else ():
        if not isinstance(item, dict) or key not in item:
            raise KeyError(f"an item has no {path}")
        item = item[key]
    return item


def is_kept(item: Any, path: str | None, word: str | None, operand: Any) -> bool:
    """Whether what stands at a path in an item passes a test."""
    keys = [] if path is None else a_text(path).split(".")
    if word == "defined":
        return has(item, *keys)
    if word == "none":
        return dig(item, *keys) is None
    value = reach(item, path)
    if word is None:
        return truth(value)
    if word in ("eq", "ne"):
        return same(value, operand) is (word == "eq")
    if word == "in":
        return contains(operand, value)
    if word in ("lt", "ge"):
        return less(value, operand) is (word == "lt")
    return less(operand, value) is (word == "gt")


def a_test(word: Any) -> str | None:
    """A word that `is_kept` knows, or None; anything else is refused."""
    known = ("defined", "none", "eq", "ne", "in", "lt", "le", "gt", "ge")
    if word is not None and word not in known:
        raise ValueError(f"there is no test {word}")
    return word


def kept(items: Any, path: str | None, word: str | None, operand: Any) -> list[Any]:
    """The items that pass a test."""
    word = a_test(word)
    return [item for item in a_list(items) if is_kept(item, path, word, operand)]


def utc_text(point: datetime) -> str:
    """A point in time as 2026-01-31T09:00:00Z."""
    point = point.astimezone(UTC)
    return f"{point.year:04}-{point:%m-%dT%H:%M:%S}Z"


async def read_state() -> dict[str, Any]:
    """What is kept between runs."""
    kept = await Variable.aget(STATE_VARIABLE, default=None)
    return {**STATE_DEFAULTS, **settled(kept or {})}


async def remember_values(values: Mapping[str, Any]) -> None:
    """Keep values for what comes after and for later runs: 5,000 characters in all."""
    kept = await Variable.aget(STATE_VARIABLE, default=None)
    await Variable.aset(STATE_VARIABLE, {**(kept or {}), **values}, overwrite=True)


def scheduled_for() -> str | None:
    """When this run was to start; None for one that is started by hand."""
    point = flow_run.scheduled_start_time
    return utc_text(point) if run_trigger() == "schedule" else None


def run_trigger() -> str:
    """What started this run."""
    context = FlowRunContext.get()
    is_scheduled = context and context.flow_run and context.flow_run.auto_scheduled
    return "schedule" if is_scheduled else "manual"


async def previous_success_at() -> str | None:
    """When the last run that succeeded ended."""
    completed = FlowRunFilterStateType(any_=[StateType.COMPLETED])
    async with get_client() as client:
        runs = await client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[flow_run.flow_name])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=completed)),
            sort=FlowRunSort.END_TIME_DESC,
            limit=1,
        )
    return utc_text(runs[0].end_time) if runs else None


@task
async def before() -> dict[str, Any]:
    state = await read_state()
    return {
        "count": state["count"],
        "last": state["last"],
        "names": state["names"],
        "limits": state["limits"],
        "is_open": state["is_open"],
        "title": state["title"],
    }


@task
async def count() -> None:
    state = await read_state()
    await remember_values(
        {
            "count": checked(state["count"] + 1),
            "names": state["names"] + ["ben"],
            "is_open": not state["is_open"],
        },
    )


@task
async def mark() -> None:
    state = await read_state()
    await remember_values(
        {
            "last": {"at": scheduled_for(), "n": state["count"]},
            "title": f'"{state["count"]}"',
        },
    )


@flow(name="beginning")
async def beginning() -> dict[str, Any]:
    """Counts, names and remembers, starting from nothing."""
    before_all = await before()
    await count()
    await mark()
    state = await read_state()
    previous = await previous_success_at()
    return {
        "before": before_all,
        "after": {
            "count": state["count"],
            "last": state["last"],
            "names": state["names"],
            "limits": state["limits"],
            "is_open": state["is_open"],
            "title": state["title"],
        },
        "previous": previous,
        "by": run_trigger(),
        "scheduled": scheduled_for(),
    }


if __name__ == "__main__":
    asyncio.run(beginning())
