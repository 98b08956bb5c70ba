"""Dates: RFC 3339 texts in, `2026-01-31T09:00:00Z` out (language.md 3).

A date without an offset, or a day alone, is read in the zone given, in UTC without one. A wall-clock time that a zone
skips is taken as so much later, one that comes twice as the first of the two.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from overture.expressions.failures import Refused

_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:([Zz])|([+-])(\d\d):(\d\d))?)?", re.ASCII
)

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}
DAYS = {"days": 1, "weeks": 7}
MONTHS = {"months": 1, "years": 12}
UNITS = (*SECONDS, *DAYS, *MONTHS)

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DIRECTIVES = "YmdHMSfjabz%"


@lru_cache(maxsize=256)
def _known_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return None
    except KeyError:
        return None


def zone(name: str) -> tzinfo:
    """The zone of an IANA name. Raises Refused if there is none."""
    if name == "UTC":
        return UTC
    found = _known_zone(name)
    if found is None:
        raise Refused(f"there is no time zone `{name}`")
    return found


def read(text: str, where: tzinfo = UTC) -> datetime:
    """A point in time with its offset. Raises Refused for what is no RFC 3339 date."""
    match = _DATE.fullmatch(text)
    if not match:
        raise Refused(f"`{text[:40]}` is no date")
    year, month, day, hour, minute, second, fraction, _, sign, hours, minutes = match.groups()
    try:
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            if int(minutes) > 59:
                raise Refused(f"`{text[:40]}` is no date")
            where = timezone(offset if sign == "+" else -offset)
        elif match[8]:
            where = UTC
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        return datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro, tzinfo=where
        )
    except ValueError as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"`{text[:40]}` is no date") from None


def write(moment: datetime) -> str:
    """In UTC, whole seconds."""
    try:
        moment = moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise Refused("the date is out of range") from None
    return f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}Z"


def format_problem(form: str) -> str | None:
    """What is wrong with a format of `date`, None if nothing is."""
    if "%" not in form:
        return f"the format `{form}` holds no directive such as `%Y`"
    for directive in re.findall(r"%(.?)", form, re.DOTALL):
        if directive not in DIRECTIVES or not directive:
            return f"the format has no directive `%{directive}`"
    return None


def format_date(text: str, form: str, zone_name: str | None) -> str:
    """By strftime's directives that mean the same everywhere; names of days and months are English."""
    if problem := format_problem(form):
        raise Refused(problem)
    where = zone("UTC" if zone_name is None else zone_name)
    try:
        moment = read(text, where).astimezone(where)
    except (OverflowError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused("the date is out of range") from None
    offset = moment.utcoffset() or timedelta()
    minutes = int(offset.total_seconds()) // 60
    parts = {
        "Y": f"{moment.year:04}",
        "m": f"{moment.month:02}",
        "d": f"{moment.day:02}",
        "H": f"{moment.hour:02}",
        "M": f"{moment.minute:02}",
        "S": f"{moment.second:02}",
        "f": f"{moment.microsecond:06}",
        "j": f"{moment.timetuple().tm_yday:03}",
        "a": _WEEKDAYS[moment.weekday()],
        "b": _MONTH_NAMES[moment.month - 1],
        "z": f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}",
        "%": "%",
    }
    return re.sub("%(.)", lambda match: parts[match[1]], form, flags=re.DOTALL)


def add(text: str, amount: int, unit: str, zone_name: str | None) -> str:
    """Seconds to hours are absolute; days to years go by the wall clock of the zone, and months end at their last
    day."""
    if unit not in UNITS:
        raise Refused(f"there is no unit `{unit}`")
    where = zone("UTC" if zone_name is None else zone_name)
    try:
        moment = read(text, where)
        if unit in SECONDS:
            return write(moment.astimezone(UTC) + timedelta(seconds=amount * SECONDS[unit]))
        local = moment.astimezone(where).replace(tzinfo=None, fold=0)
        if unit in DAYS:
            moved = local + timedelta(days=amount * DAYS[unit])
        else:
            moved = _months_later(local, amount * MONTHS[unit])
        return write(moved.replace(tzinfo=where))
    except (OverflowError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused("the date is out of range") from None


def _months_later(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise Refused("the date is out of range")
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def difference(text: str, other: str, unit: str) -> int:
    """`text` minus `other` in whole units, floored; months and years by the calendar in UTC."""
    if unit not in UNITS:
        raise Refused(f"there is no unit `{unit}`")
    try:
        end, start = read(text).astimezone(UTC), read(other).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused("the date is out of range") from None
    if unit in SECONDS:
        return (end - start) // timedelta(seconds=SECONDS[unit])
    if unit in DAYS:
        return (end - start) // timedelta(days=DAYS[unit])
    months = (end.year - start.year) * 12 + end.month - start.month
    if _months_later(start, months) > end:
        months -= 1
    return months // MONTHS[unit]
