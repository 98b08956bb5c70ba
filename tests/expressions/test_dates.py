"""Dates: what is one, how they are moved and compared (language.md 3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overture.expressions import dates
from overture.expressions.evaluation import ExpressionError
from overture.expressions.failures import Refused

Worth = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-31", "2026-01-31T00:00:00Z"),
        ("2026-01-31T09:00", "2026-01-31T09:00:00Z"),
        ("2026-01-31T09:00:00Z", "2026-01-31T09:00:00Z"),
        ("2026-01-31t09:00:00z", "2026-01-31T09:00:00Z"),
        ("2026-01-31T09:00:00.987654321+01:30", "2026-01-31T07:30:00Z"),
        ("2026-01-31T09:00:00-11:00", "2026-01-31T20:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_rfc_3339_is_read(text: str, utc: str, worth: Worth) -> None:
    assert worth("x | date_add(0, 'seconds')", x=text) == utc


@pytest.mark.parametrize(
    "text",
    [
        *("", "today", "20260131", "2026-1-31", "2026-01-31 09:00", "2026-01-31T09", "2026-01-31T09:00+0100"),
        *("2026-02-30", "2026-13-01", "2026-01-31T24:00:00Z", "2026-01-31T09:60Z", "2026-01-31T09:00:00+25:00"),
        *("2026-01-31T09:00:00+01:99", "٢٠٢٦-01-31", "2026-01-31T09:00:00Z\n", "0001-01-01T00:00:00+10:00"),
    ],
)
def test_what_is_no_date_is_an_error(text: str, worth: Worth) -> None:
    with pytest.raises(ExpressionError):
        worth("x | date_add(0, 'days')", x=text)
    with pytest.raises(ExpressionError):
        worth("x | date_diff('2026-01-01', 'days')", x=text)


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        # 29 March 2026, 02:00: Berlin goes to 03:00
        ("'2026-03-28T01:30:00Z' | date_add(1, 'days', 'Europe/Berlin')", "2026-03-29T01:30:00Z"),  # 02:30 is 03:30
        ("'2026-03-28T12:00:00Z' | date_add(24, 'hours', 'Europe/Berlin')", "2026-03-29T12:00:00Z"),
        ("'2026-03-28T12:00:00Z' | date_add(1, 'days')", "2026-03-29T12:00:00Z"),
        # 25 October 2026, 03:00: Berlin goes to 02:00
        ("'2026-10-24T00:30:00Z' | date_add(1, 'days', 'Europe/Berlin')", "2026-10-25T00:30:00Z"),
        ("'2026-10-24T12:00:00Z' | date_add(1, 'weeks', tz='Europe/Berlin')", "2026-10-31T13:00:00Z"),
        ("'2026-03-31T23:30:00Z' | date_add(-1, 'months', 'Europe/Berlin')", "2026-03-01T00:30:00Z"),
        ("'2024-02-29' | date_add(1, 'years')", "2025-02-28T00:00:00Z"),
        ("'2026-01-15' | date_add(-13, 'months')", "2024-12-15T00:00:00Z"),
        ("'2026-01-31T09:00' | date('%H:%M %z', 'Asia/Kolkata')", "09:00 +0530"),
        ("'2026-01-31T00:30:00Z' | date('%Y-%m-%d %j %b %%', 'America/New_York')", "2026-01-30 030 Jan %"),
        ("'2026-01-31T09:05:07.25Z' | date('%H%M%S.%f')", "090507.250000"),
        ("'0044-03-15' | date('%Y')", "0044"),
    ],
)
def test_days_go_by_the_wall_clock_of_the_zone(expression: str, result: str, worth: Worth) -> None:
    assert worth(expression) == result


@pytest.mark.parametrize(
    ("later", "earlier", "unit", "result"),
    [
        ("2026-01-31T09:00:00.5Z", "2026-01-31T09:00:00Z", "seconds", 0),
        ("2026-01-31T09:00:00Z", "2026-01-31T09:00:00.5Z", "seconds", -1),
        ("2026-01-31T10:00:00+01:00", "2026-01-31T09:00:00Z", "minutes", 0),
        ("2026-02-07", "2026-01-31", "weeks", 1),
        ("2026-02-06T23:59:59Z", "2026-01-31", "weeks", 0),
        ("2026-02-28", "2026-01-31", "months", 1),
        ("2026-02-27", "2026-01-31", "months", 0),
        ("2026-01-31", "2026-02-28", "months", -1),
        ("2026-01-30", "2026-02-28", "months", -1),
        ("2026-01-27", "2026-02-28", "months", -2),
        ("2025-12-31", "2024-12-31", "years", 1),
        ("2025-12-30", "2024-12-31", "years", 0),
    ],
)
def test_differences_are_floored(later: str, earlier: str, unit: str, result: int, worth: Worth) -> None:
    assert worth(f"x | date_diff(y, '{unit}')", x=later, y=earlier) == result


@pytest.mark.parametrize(
    "expression",
    [
        "'2026-01-31' | date('iso')",
        "'2026-01-31' | date('%A')",
        "'2026-01-31' | date('%-d')",
        "'2026-01-31' | date('%Y%')",
        "'2026-01-31' | date('%Y', 'Berlin')",
        "'2026-01-31' | date('%Y', '../../etc/passwd')",
        "'2026-01-31' | date_add(1, 'fortnights')",
        "'2026-01-31' | date_add(1.5, 'days')",
        "'2026-01-31' | date_add(1, 'days', '')",
        "'2026-01-31' | date_add(9223372036854775807, 'seconds')",
        "'2026-01-31' | date_add(9223372036854775807, 'years')",
        "'9999-12-31' | date_add(1, 'days')",
        "'0001-01-01' | date_add(-1, 'months')",
        "'0001-01-01T00:00:00Z' | date('%H', 'America/New_York')",
        "'2026-01-31' | date_diff('x', 'days')",
    ],
)
def test_what_leads_to_no_date_is_an_error(expression: str, worth: Worth) -> None:
    with pytest.raises(ExpressionError):
        worth(expression)


@given(
    st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)),
    st.integers(-1000, 1000),
    st.sampled_from(dates.UNITS),
)
def test_a_difference_undoes_a_step(moment: Any, amount: int, unit: str) -> None:
    start = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    end = dates.add(start, amount, unit, None)
    found = dates.difference(end, start, unit)
    assert found == amount or (unit in dates.MONTHS and dates.add(start, found, unit, None) == end)


@given(st.text(alphabet="0123456789-T:Z+.tz ", max_size=30))
def test_reading_a_date_gives_one_or_refuses(text: str) -> None:
    try:
        dates.write(dates.read(text))
    except Refused:
        return
    assert dates.write(dates.read(dates.write(dates.read(text)))) == dates.write(dates.read(text))
