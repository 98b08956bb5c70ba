"""Cron expressions and time zones."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

_NAMES = ("minute", "hour", "day of month", "month", "day of week")
_MONTH = "(?:[0-9]+|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
_WEEKDAY = "(?:[0-9]+|SUN|MON|TUE|WED|THU|FRI|SAT)"
_VALUES = ("[0-9]+", "[0-9]+", "[0-9]+", _MONTH, _WEEKDAY)
_FIELDS = tuple(
    re.compile(rf"(?:\*|{value}(?:-{value})?)(?:/[0-9]+)?(?:,(?:\*|{value}(?:-{value})?)(?:/[0-9]+)?)*", re.IGNORECASE)
    for value in _VALUES
)
"""What each field may be (POSIX crontab, with steps and names): the parser takes more, such as `L` and `5#2`."""

_A_LEAP_YEARS_START = datetime(2024, 1, 1, tzinfo=UTC)  # any date will do; a schedule fires within 28 years or never


def cron_problem(cron: str) -> str | None:
    """What is wrong with a POSIX cron of five fields, or None. One that no date fits never fires."""
    fields = cron.split()
    if len(fields) != 5:
        return f"`{cron}` has {len(fields)} fields, not five"
    for name, pattern, field in zip(_NAMES, _FIELDS, fields, strict=True):
        if not pattern.fullmatch(field):
            return f"`{field}` is no {name}"
        if not _fires(" ".join(field if other == name else "*" for other in _NAMES)):
            return f"`{field}` is no {name}"
    return None if _fires(cron) else f"`{cron}` never fires: no date fits it"


def _fires(cron: str) -> bool:
    try:
        next(CronSim(cron, _A_LEAP_YEARS_START))
    except (CronSimError, StopIteration):
        return False
    return True


@cache
def zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether a name is an IANA time zone. The name is looked up in a list: a path such as `../x` is none."""
    if name == "UTC":
        return True
    if name not in zones():
        return False
    ZoneInfo(name)
    return True
