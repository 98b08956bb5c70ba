"""Adds days and hours across the change of the clocks in Berlin.

Run: python clock_changes.py '{"name": ...}'
"""

import asyncio
import json
import re
import sys
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from jsonschema import Draft202012Validator, FormatChecker
from prefect import flow, task

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}
MONTHS = {"months": 1, "years": 12}
TIME = r"[Tt](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)?"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?([zZ]|[+-][0-9]{2}:[0-9]{2})"
)
MOMENTS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {"type": "string", "format": "date-time"},
}


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


def date_between(text: str, other: str, unit: str) -> int:
    """How many whole units the first date is after the other."""
    end, start = moment(text).astimezone(UTC), moment(other).astimezone(UTC)
    if unit not in MONTHS:
        return (end - start) // timedelta(seconds=SECONDS[unit])
    months = (end.year - start.year) * 12 + end.month - start.month
    if months_later(start, months) > end:
        months -= 1
    return months // MONTHS[unit]


def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None and _parses(date.fromisoformat, text)


def _is_time(text: str) -> bool:
    """RFC 3339, section 5.6; a leap second may stand at the end of any minute."""
    match = _TIME.fullmatch(text)
    if match is None:
        return False
    clock, _, zone = match.groups()
    if zone not in "zZ" and not _parses(time.fromisoformat, zone[1:]):
        return False
    return _parses(
        time.fromisoformat, clock[:6] + "59" if clock.endswith(":60") else clock
    )


def _is_date_time(text: str) -> bool:
    return (
        len(text) > 11
        and text[10] in "tT "
        and _is_date(text[:10])
        and _is_time(text[11:])
    )


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def format_checker() -> FormatChecker:
    """The formats of texts that are checked."""
    checker = FormatChecker(formats=())
    checks: dict[str, Any] = {
        "date-time": _is_date_time,
    }
    for name, has_format in checks.items():
        checker.checks(name)(
            lambda value, test=has_format: not isinstance(value, str) or test(value)
        )
    return checker


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema, format_checker=format_checker()).validate(value)
    return value


@task(name="apart")
async def apart_() -> list[int]:
    return [
        date_between("2026-03-30T00:00:00+02:00", "2026-03-29T00:00:00+01:00", "days"),
        date_between("2026-03-30T00:00:00+02:00", "2026-03-29T00:00:00+01:00", "hours"),
        date_between("2026-10-26T00:00:00+01:00", "2026-10-25T00:00:00+02:00", "hours"),
    ]


@flow(name="clock_changes")
async def clock_changes(moments: list[str]) -> dict[str, Any]:
    """Adds days and hours across the change of the clocks in Berlin."""
    fitting(moments, MOMENTS_SCHEMA)
    berlin_value = [date_text(a, "%Y-%m-%d %H:%M %z", "Europe/Berlin") for a in moments]
    next_day_value = [date_plus(b, 1, "days", "Europe/Berlin") for b in moments]
    next_day_utc_value = [date_plus(c, 1, "days") for c in moments]
    day_of_hours_value = [date_plus(d, 24, "hours", "Europe/Berlin") for d in moments]
    year_value = [date_plus(e, 1, "years") for e in moments]
    kathmandu_value = [date_text(f, "%a %j", "Asia/Kathmandu") for f in moments]
    apart_all = await apart_()
    return {
        "berlin": berlin_value,
        "next_day": next_day_value,
        "next_day_utc": next_day_utc_value,
        "day_of_hours": day_of_hours_value,
        "year": year_value,
        "apart": apart_all,
        "kathmandu": kathmandu_value,
    }


if __name__ == "__main__":
    asyncio.run(clock_changes(**json.loads(sys.argv[1])))
