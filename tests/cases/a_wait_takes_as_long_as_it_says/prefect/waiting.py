"""Looks at the clock, waits, looks again.

Run: python waiting.py
"""

import asyncio
import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from prefect import flow, task
from prefect.context import FlowRunContext

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}
MONTHS = {"months": 1, "years": 12}
TIME = r"[Tt](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)?"


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


def now() -> str:
    """This moment as a text."""
    return utc_text(datetime.now(UTC))


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


def date_between(text: str, other: str, unit: str) -> int:
    """How many whole units the first date is after the other."""
    end, start = moment(text).astimezone(UTC), moment(other).astimezone(UTC)
    if unit not in MONTHS:
        return (end - start) // timedelta(seconds=SECONDS[unit])
    months = (end.year - start.year) * 12 + end.month - start.month
    if months_later(start, months) > end:
        months -= 1
    return months // MONTHS[unit]


def started_at() -> str:
    """When this run started."""
    context = FlowRunContext.get()
    started = context.flow_run.start_time if context and context.flow_run else None
    return utc_text(started or datetime.now(UTC))


def seconds_of(duration: str) -> float:
    """The seconds of a duration such as 1h30m or 500ms."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
    parts = re.findall(r"([0-9]+)(ms|s|m|h|d)", duration.strip())
    if not parts or "".join(map("".join, parts)) != duration.strip():
        raise ValueError(f"{duration!r} is not a duration")
    return sum(int(number) * units[unit] for number, unit in parts)


def seconds_until(text: str) -> float:
    """How long it is until a moment."""
    point = datetime.fromisoformat(text.strip())
    if point.tzinfo is None:
        raise ValueError(f"{text!r} is not a moment with an offset")
    return max(0.0, (point - datetime.now(UTC)).total_seconds())


@task
async def before() -> str:
    return now()


@task
async def a_while(pause: str) -> None:
    await asyncio.sleep(seconds_of(pause))


@task
async def after() -> str:
    return now()


@task
async def until_noon() -> None:
    await asyncio.sleep(seconds_until("2026-03-02T12:00:00Z"))


@task
async def noon() -> str:
    return now()


@flow(name="waiting")
async def waiting(pause: str = "90s") -> dict[str, Any]:
    """Looks at the clock, waits, looks again."""
    before_at = await before()
    await a_while(pause)
    after_at = await after()
    await until_noon()
    noon_at = await noon()
    return {
        "waited": date_between(after_at, before_at, "seconds"),
        "noon": date_text(noon_at, "%H:%M"),
        "started": started_at(),
    }


if __name__ == "__main__":
    asyncio.run(waiting())
