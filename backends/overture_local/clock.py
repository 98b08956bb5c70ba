"""The clock that everything waits by, and deadlines that hold on any clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the runner asks of time: `now` is aware, `monotonic` counts seconds and never goes back."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True, eq=False)
class Deadline:
    """A moment on the clock's monotonic scale at which what runs inside is cut off.

    Sockets and processes take real time, while a settable clock moves only when somebody sleeps on it; so a deadline
    is a timer in real time, and sleeps on the clock stop at it as well (see `sleep`).
    """

    at_seconds: float
    timer: asyncio.Timeout
    parent: Deadline | None = None


@asynccontextmanager
async def deadline(clock: Clock, seconds: float | None, parent: Deadline | None) -> AsyncIterator[Deadline | None]:
    """Cut off the body after so many seconds with TimeoutError; None: no deadline but the parent's."""
    if seconds is None:
        yield parent
        return
    async with asyncio.timeout(seconds) as timer:
        yield Deadline(clock.monotonic() + seconds, timer, parent)


async def sleep(clock: Clock, seconds: float, within: Deadline | None) -> None:
    """Sleep on the clock, but no further than the earliest deadline: that one then cuts us off."""
    until_seconds = clock.monotonic() + max(0.0, seconds)
    first: Deadline | None = None
    each = within
    while each is not None:
        if each.at_seconds <= until_seconds and (first is None or each.at_seconds <= first.at_seconds):
            first = each
        each = each.parent
    if first is None:
        await clock.sleep(max(0.0, seconds))
        return
    await clock.sleep(max(0.0, first.at_seconds - clock.monotonic()))
    first.timer.reschedule(asyncio.get_running_loop().time())
    await asyncio.Event().wait()  # ends by the timer's cancellation


def is_past(clock: Clock, within: Deadline | None) -> bool:
    """Whether a deadline has passed on the clock (a sleep elsewhere may have moved it)."""
    while within is not None:
        if clock.monotonic() >= within.at_seconds:
            return True
        within = within.parent
    return False


def timestamp(moment: datetime) -> str:
    """A moment as language.md 3 prints it: `2026-01-31T09:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def precise_timestamp(moment: datetime) -> str:
    """A moment with its milliseconds, for records: `2026-01-31T09:00:00.250Z`."""
    moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
