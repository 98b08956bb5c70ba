"""Waits until a moment, and for a number of seconds.

Run: python waits.py '{"name": ...}'
"""

import asyncio
import json
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from jsonschema import Draft202012Validator, FormatChecker
from prefect import flow, get_run_logger, task
from prefect.states import Completed, State
from pydantic import Field

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?([zZ]|[+-][0-9]{2}:[0-9]{2})"
)
UNTIL_SCHEMA: dict[str, Any] = {"type": "string", "format": "date-time"}


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


@task
async def skipped() -> State[Any]:
    """Stand in the run for a task whose condition is false."""
    return Completed(name="Skipped", message="its condition is false")


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema, format_checker=format_checker()).validate(value)
    return value


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
async def past(until: str) -> None:
    await asyncio.sleep(seconds_until(until))


@task
async def short(seconds: int) -> None:
    await asyncio.sleep(seconds_of(f"{seconds}s"))


@task
async def never() -> None:
    await asyncio.sleep(3600)


@task
async def say() -> None:
    get_run_logger().info("there")


@flow(name="waits")
async def waits(
    until: str, seconds: Annotated[int, Field(strict=True, ge=0, le=60)] = 30
) -> dict[str, Any]:
    """Waits until a moment, and for a number of seconds."""
    fitting(until, UNTIL_SCHEMA)
    never_state = "cancelled"
    await past(until)
    past_state = "succeeded"
    await short(seconds)
    short_state = "succeeded"
    if seconds > 5:
        await never()
        never_state = "succeeded"
    else:
        await skipped.with_options(task_run_name="never")()
        never_state = "skipped"
    await say()
    return {"states": [past_state, short_state, never_state]}


if __name__ == "__main__":
    asyncio.run(waits(**json.loads(sys.argv[1])))
