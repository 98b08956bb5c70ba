"""Helpers of written Python that work on dates and patterns (see python_values.py)."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from overture.plan.python_values import an_integer

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


def python_pattern(pattern: str) -> str:
    """The pattern for `re`, where a dollar sign would also match before a final \\n."""
    return re.sub(
        r"\\.|\[(?:\\.|[^\]\\])*\]|\$",
        lambda found: r"\Z" if found[0] == "$" else found[0],
        pattern,
        flags=re.DOTALL,
    )


def first_match(text: str, pattern: str) -> str | None:
    """What a pattern finds first: its first group if it has one, None if nothing."""
    found = re.search(python_pattern(pattern), text, re.ASCII)
    if found is None:
        return None
    return found[1] if found.re.groups else found[0]


def is_match(text: str, pattern: str) -> bool:
    """Whether a pattern is found anywhere in a text."""
    return re.search(python_pattern(pattern), text, re.ASCII) is not None


def substituted(text: str, pattern: str, new: str) -> str:
    """Every place found replaced; \\1 in the new text is the pattern's first group."""
    compiled = re.compile(python_pattern(pattern), re.ASCII)
    numbers = [int(number) for number in re.findall(r"\\([0-9])|\\\\", new) if number]
    if max(numbers, default=0) > compiled.groups:
        raise ValueError("the pattern has no such group")
    return compiled.sub(
        lambda found: re.sub(
            r"\\([0-9])|\\\\",
            lambda each: (found[int(each[1])] or "") if each[1] else "\\",
            new,
        ),
        text,
    )
