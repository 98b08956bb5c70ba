"""Cron expressions and time zones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from overture.expressions.records import record

_NAMES = ("minute", "hour", "day of month", "month", "day of week")
_MONTH = "(?:[0-9]+|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
_WEEKDAY = "(?:[0-9]+|SUN|MON|TUE|WED|THU|FRI|SAT)"
_VALUES = ("[0-9]+", "[0-9]+", "[0-9]+", _MONTH, _WEEKDAY)
_FIELDS = tuple(
    rf"(?:\*|{value}(?:-{value})?)(?:/[0-9]+)?(?:,(?:\*|{value}(?:-{value})?)(?:/[0-9]+)?)*" for value in _VALUES
)
"""What each field may be (POSIX crontab, with steps and names): the parser takes more, such as `L` and `5#2`."""

_STEP = re.compile("/([0-9]+)")
_SIZES = dict(zip(_NAMES, (60, 24, 31, 12, 7), strict=True))

_A_LEAP_YEARS_START = datetime(2024, 1, 1, tzinfo=UTC)  # any date will do; a schedule fires within 28 years or never


def cron_problem(cron: str) -> str | None:
    """What is wrong with a POSIX cron of five fields, or None. One that no date fits never fires."""
    fields = cron.split()
    if len(fields) != 5:
        return f"`{cron}` has {len(fields)} fields, not five"
    for name, pattern, field in zip(_NAMES, _FIELDS, fields, strict=True):
        if not re.fullmatch(pattern, field, re.IGNORECASE):
            return f"`{field}` is no {name}"
        if any(int(step) > _SIZES[name] for step in _STEP.findall(field)):
            return f"a step in `{field}` is longer than all the {name}s there are"
        if not _fires(" ".join(field if other == name else "*" for other in _NAMES)):
            return f"`{field}` is no {name}"
    return None if _fires(cron) else f"`{cron}` never fires: no date fits it"


def _fires(cron: str) -> bool:
    from cronsim import CronSim, CronSimError  # only documents with a schedule wait for it

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


@record(frozen=True, slots=True)
class ClockChange:
    """A time of a schedule that the clock of its zone skips, or shows twice, on a day. `moment` is that time, naive."""

    moment: datetime
    is_skipped: bool


_A_YEAR_AND_MORE = timedelta(days=400)
_WEEK, _MINUTE = timedelta(days=7), timedelta(minutes=1)


def clock_change(cron: str, zone: str, after: datetime) -> ClockChange | None:
    """The next time of a cron, sound and in a zone that there is, which a clock change skips or repeats within the year
    after a moment; None when there is none.

    What runs every hour, or every few, is no matter of a certain time of the day: it has a `*` for the hour."""
    if "*" in cron.split()[1]:
        return None
    from cronsim import CronSim

    clock = ZoneInfo(zone)

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(clock).utcoffset() or timedelta()

    week = after.astimezone(UTC).replace(second=0, microsecond=0)
    end = week + _A_YEAR_AND_MORE
    while week < end:
        start, week = week, week + _WEEK
        before, then = offset(start), offset(week)
        if before == then:
            continue
        stop = week
        while stop - start > _MINUTE:
            middle = start + (stop - start) // 2 // _MINUTE * _MINUTE
            start, stop = (middle, stop) if offset(middle) == before else (start, middle)
        first = (stop + min(before, then)).replace(tzinfo=None)
        last = (stop + max(before, then)).replace(tzinfo=None)
        fires = next(CronSim(cron, first - _MINUTE), None)
        if fires is not None and fires < last:
            return ClockChange(fires, then > before)
    return None
