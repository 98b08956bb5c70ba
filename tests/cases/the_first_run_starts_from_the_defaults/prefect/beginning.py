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


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


def utc_text(point: datetime) -> str:
    """A point in time as 2026-01-31T09:00:00Z."""
    point = point.astimezone(UTC)
    return f"{point.year:04}-{point:%m-%dT%H:%M:%S}Z"


async def read_state() -> dict[str, Any]:
    """What is kept between runs."""
    kept = await Variable.aget(STATE_VARIABLE, default=None)
    return {**STATE_DEFAULTS, **(kept or {})}


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
async def before() -> tuple[dict[str, Any], str | None]:
    state = await read_state()
    previous = await previous_success_at()
    return (
        {
            "count": state["count"],
            "last": state["last"],
            "names": state["names"],
            "limits": state["limits"],
            "is_open": state["is_open"],
            "title": state["title"],
        },
        previous,
    )


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
    before_all, before_previous = await before()
    await count()
    await mark()
    state = await read_state()
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
        "previous": before_previous,
        "by": run_trigger(),
        "scheduled": scheduled_for(),
    }


if __name__ == "__main__":
    asyncio.run(beginning())
