"""Clocks: the system's, and one that a test sets, on which a sleep takes no time."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

# A woken task may need some turns of the event loop until it sleeps again, and its next sleep may end before
# that of another. So many turns are let pass before the next sleeper wakes; each costs microseconds.
_TURNS_TO_SETTLE = 20


class Clock(Protocol):
    """What a runner asks of time."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds from some moment, never going back."""

    async def sleep(self, seconds: float) -> None:
        """Return when so much time has passed on this clock."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SettableClock:
    """A clock that stands still until someone sleeps on it or a test moves it.

    With `moves_by_itself` (the default) a sleep moves the time to its end at once; several sleepers wake in the
    order in which their sleeps end, each at its own time. Without, they wait until `advance` or `set` comes by.
    Sleeps and moves belong to one event loop; `now` and `monotonic` may be asked from any thread.
    """

    def __init__(self, start: datetime, *, moves_by_itself: bool = True) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware start")
        self._start = start.astimezone(UTC)
        self._passed_seconds = 0.0
        self._moves_by_itself = moves_by_itself
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._mover: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed_seconds)

    def monotonic(self) -> float:
        return self._passed_seconds

    @property
    def sleeping(self) -> int:
        """How many sleep on this clock now."""
        return sum(not future.done() for _, _, future in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._sleepers, (self._passed_seconds + seconds, next(self._numbers), future))
        if self._moves_by_itself and (self._mover is None or self._mover.done()):
            self._mover = loop.create_task(self._move())
        await future

    async def _move(self) -> None:
        while True:
            for _ in range(_TURNS_TO_SETTLE):
                await asyncio.sleep(0)
            while self._sleepers and self._sleepers[0][2].done():  # its task was cancelled
                heapq.heappop(self._sleepers)
            if not self._sleepers:
                return
            self._wake_next()

    def _wake_next(self) -> None:
        due_seconds, _, future = heapq.heappop(self._sleepers)
        if not future.done():
            self._passed_seconds = max(self._passed_seconds, due_seconds)
            future.set_result(None)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`; who sleeps no longer than that wakes, in order."""
        end_seconds = self._passed_seconds + seconds
        while self._sleepers and self._sleepers[0][0] <= end_seconds:
            self._wake_next()
        self._passed_seconds = max(self._passed_seconds, end_seconds)

    def set(self, moment: datetime) -> None:
        """Move on to `moment`. Raises `ValueError` when that is past."""
        seconds = (moment - self.now()).total_seconds()
        if seconds < 0:
            raise ValueError(f"the clock stands at {self.now().isoformat()} and never goes back")
        self.advance(seconds)
