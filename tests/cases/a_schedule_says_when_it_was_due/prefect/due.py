"""Tells for which day it was started.

Run: python due.py
Deploy: prefect --no-prompt deploy --all
"""

import asyncio
import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from prefect import flow, task
from prefect.context import FlowRunContext
from prefect.runtime import flow_run
from pydantic import Field

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}
MONTHS = {"months": 1, "years": 12}
TIME = r"[Tt](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)?"


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


def an_integer(value: Any) -> int:
    """A whole number; anything else is refused, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"expected an integer, not {kind_of(value)}")
    return value


def instead(value: Any, fallback: Callable[[], Any]) -> Any:
    """The value, or what is worked out instead of None."""
    return fallback() if value is None else value


def moment(text: str, zone: tzinfo = UTC) -> datetime:
    """The point in time of an RFC 3339 text; one without an offset is in the zone."""
    found = re.fullmatch(rf"(\d{{4}}-\d\d-\d\d)(?:{TIME})?", text, re.ASCII)
    if not found or (found[3] and len(found[2]) == 5):
        raise ValueError(f"{text[:40]!r} is no date")
    day, time, fraction, offset = found.groups()
    local = datetime.fromisoformat(f"{day}T{time or '00:00'}")
    local = local.replace(microsecond=int((fraction or "0")[:6].ljust(6, "0")))
    if offset is None:
        return local.replace(tzinfo=zone)
    if offset in "Zz":
        return local.replace(tzinfo=UTC)
    hours, minutes = int(offset[1:3]), int(offset[4:])
    if minutes > 59:
        raise ValueError(f"{text[:40]!r} is no date")
    span = timedelta(hours=hours, minutes=minutes)
    return local.replace(tzinfo=timezone(span if offset[0] == "+" else -span))


def utc_text(point: datetime) -> str:
    """A point in time as 2026-01-31T09:00:00Z."""
    point = point.astimezone(UTC)
    return f"{point.year:04}-{point:%m-%dT%H:%M:%S}Z"


def date_zone(name: str | None) -> tzinfo:
    """The zone of an IANA name, UTC without one."""
    return UTC if name in (None, "UTC") else ZoneInfo(str(name))


def date_text(text: str, form: str, tz: str | None = None) -> str:
    """A date by strftime's directives, in English."""
    if "%" not in form or "%" in re.sub("%[YmdHMSfjabz%]", "", form):
        raise ValueError("the format has no directive, or one that is not known")
    point = moment(text, date_zone(tz)).astimezone(date_zone(tz))
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = "JanFebMarAprMayJunJulAugSepOctNovDec"
    minutes = int((point.utcoffset() or timedelta()).total_seconds()) // 60
    sign, minutes = "-" if minutes < 0 else "+", abs(minutes)
    parts = {
        "Y": f"{point.year:04}",
        "a": days[point.weekday()],
        "b": months[3 * point.month - 3 : 3 * point.month],
        "z": f"{sign}{minutes // 60:02}{minutes % 60:02}",
        "%": "%",
    }
    return re.sub(
        "%(.)",
        lambda found: parts.get(found[1]) or point.strftime(found[0]),
        form,
    )


def months_later(point: datetime, count: int) -> datetime:
    """The same day so many months later, or the last one of that month."""
    year, month = divmod(point.year * 12 + point.month - 1 + count, 12)
    day = min(point.day, monthrange(year, month + 1)[1])
    return point.replace(year=year, month=month + 1, day=day)


def date_plus(text: str, n: Any, unit: str, tz: str | None = None) -> str:
    """A date so many units later; days to years go by the clock on the wall."""
    point = moment(text, date_zone(tz))
    if unit in ("seconds", "minutes", "hours"):
        span = timedelta(seconds=an_integer(n) * SECONDS[unit])
        return utc_text(point.astimezone(UTC) + span)
    local = point.astimezone(date_zone(tz)).replace(tzinfo=None, fold=0)
    if unit in MONTHS:
        local = months_later(local, an_integer(n) * MONTHS[unit])
    else:
        local += timedelta(seconds=an_integer(n) * SECONDS[unit])
    return utc_text(local.replace(tzinfo=date_zone(tz)))


def started_at() -> str:
    """When this run started."""
    context = FlowRunContext.get()
    started = context.flow_run.start_time if context and context.flow_run else None
    return utc_text(started or datetime.now(UTC))


def scheduled_for() -> str | None:
    """When this run was to start; None for one that is started by hand."""
    point = flow_run.scheduled_start_time
    return utc_text(point) if run_trigger() == "schedule" else None


def run_trigger() -> str:
    """What started this run."""
    context = FlowRunContext.get()
    is_scheduled = context and context.flow_run and context.flow_run.auto_scheduled
    return "schedule" if is_scheduled else "manual"


@task(name="due")
async def due_() -> tuple[str, str, str]:
    return (
        date_text(
            date_plus(
                instead(scheduled_for(), lambda: started_at()),
                -1,
                "days",
                "Europe/Berlin",
            ),
            "%Y-%m-%d",
            "Europe/Berlin",
        ),
        date_text(
            instead(scheduled_for(), lambda: started_at()), "%H:%M", "Europe/Berlin"
        ),
        date_plus(instead(scheduled_for(), lambda: started_at()), 0, "days"),
    )


@flow(name="due")
async def due(
    region: str = "us", count: Annotated[int, Field(strict=True)] = 1
) -> dict[str, Any]:
    """Tells for which day it was started."""
    due_day, due_hour, due_utc = await due_()
    return {
        "by": run_trigger(),
        "day": due_day,
        "due": due_hour,
        "utc": due_utc,
        "region": region,
        "count": count,
    }


if __name__ == "__main__":
    asyncio.run(due())
