"""Filters that work on dates."""

from __future__ import annotations

from overture.expressions import dates
from overture.expressions.failures import Refused
from overture.expressions.table.results import always
from overture.expressions.table.rows import Example, FilterRow, Parameter
from overture.expressions.table.subjects import DATE
from overture.expressions.types import INTEGER, STRING, Json


def _zone_problem(name: Json) -> str | None:
    try:
        dates.zone(name)
    except Refused as problem:
        return str(problem)
    return None


def _unit_problem(unit: Json) -> str | None:
    return None if unit in dates.UNITS else f"there is no unit `{unit}`: there is {', '.join(dates.UNITS)}"


_ZONE = Parameter("tz", STRING, None, _zone_problem, aliases=("timezone",))
_UNIT = Parameter("unit", STRING, problem=_unit_problem)

_DAY = {"x": "2026-01-31T09:00:00Z"}

ROWS: tuple[FilterRow, ...] = (
    FilterRow(
        "date",
        STRING,
        (Parameter("format", STRING, problem=dates.format_problem, rule="bad-format"), _ZONE),
        always(STRING),
        "a date by a format of `%Y %m %d %H %M %S %f %j %a %b %z %%`, in UTC or a zone",
        dates.format_date,
        (
            Example("x | date('%Y-%m-%d %a')", _DAY, "2026-01-31 Sat"),
            Example("x | date('%H:%M %z', 'Europe/Berlin')", _DAY, "10:00 +0100"),
        ),
    ),
    FilterRow(
        "date_add",
        STRING,
        (Parameter("n", INTEGER, aliases=("amount",)), _UNIT, _ZONE),
        always(DATE),
        "so much later (or earlier); from days on by the wall clock of the zone, UTC without one",
        dates.add,
        (
            Example("x | date_add(1, 'months')", _DAY, "2026-02-28T09:00:00Z"),
            Example("'2026-03-28T12:00:00Z' | date_add(1, 'days', 'Europe/Berlin')", {}, "2026-03-29T11:00:00Z"),
        ),
    ),
    FilterRow(
        "date_diff",
        STRING,
        (Parameter("other", STRING), _UNIT),
        always(INTEGER),
        "the value minus the other, in whole units, floored",
        dates.difference,
        (
            Example("x | date_diff('2026-01-30T10:00:00Z', 'days')", _DAY, 0),
            Example("'2026-01-01' | date_diff('2026-01-01T00:00:01Z', 'hours')", {}, -1),
        ),
    ),
)
