"""The settable clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from overture.testing import SettableClock

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_a_sleep_takes_no_time_and_moves_the_clock() -> None:
    clock = SettableClock(START)
    asyncio.run(clock.sleep(3600))
    assert clock.now() == START + timedelta(hours=1)
    assert clock.monotonic() == 3600


def test_sleepers_wake_in_the_order_in_which_their_sleeps_end() -> None:
    clock = SettableClock(START)
    seen: list[tuple[str, float]] = []

    async def sleep(name: str, *naps: float) -> None:
        for seconds in naps:
            await clock.sleep(seconds)
            seen.append((name, clock.monotonic()))

    async def main() -> None:
        await asyncio.gather(sleep("long", 10), sleep("short", 1, 2, 3), sleep("middle", 4, 4))

    asyncio.run(main())
    assert seen == [("short", 1), ("short", 3), ("middle", 4), ("short", 6), ("middle", 8), ("long", 10)]


def test_a_cancelled_sleep_does_not_move_the_clock() -> None:
    clock = SettableClock(START)

    async def main() -> None:
        task = asyncio.ensure_future(clock.sleep(100))
        await asyncio.sleep(0)
        task.cancel()
        await clock.sleep(1)

    asyncio.run(main())
    assert clock.monotonic() == 1


def test_a_clock_that_is_moved_by_hand_stands_still_until_then() -> None:
    clock = SettableClock(START, moves_by_itself=False)

    async def main() -> list[bool]:
        task = asyncio.ensure_future(clock.sleep(60))
        for _ in range(50):
            await asyncio.sleep(0)
        states = [task.done(), clock.sleeping == 1]
        clock.advance(59)
        await asyncio.sleep(0)
        states.append(task.done())
        clock.set(START + timedelta(minutes=1))
        await task
        return states

    assert asyncio.run(main()) == [False, True, False]
    assert clock.now() == START + timedelta(minutes=1)
    with pytest.raises(ValueError, match="never goes back"):
        clock.set(START)


def test_a_start_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        SettableClock(datetime(2026, 3, 2))
