"""The workflow in_time.

Run: python in_time.py
"""

import asyncio
import contextlib
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

from prefect import flow, get_run_logger, task

from sleeper import sleeper as call_sleeper


def kind_of(value: Any) -> str:
    """What a JSON value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "object" if isinstance(value, dict) else "list"


def at(value: Any, step: Any) -> Any:
    """A value by its key, an item by its number, or a part by a slice."""
    if isinstance(value, dict if isinstance(step, str) else list | str):
        return value[step]
    raise TypeError(f"no {step!r} in {kind_of(value)}")


def dig(value: Any, *path: Any, default: Any = None) -> Any:
    """What stands at a path of keys, numbers and slices, or else the default."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return default
        try:
            value = at(value, step)
        except LookupError:
            return default
    return default if value is None else value


def utc_text(point: datetime) -> str:
    """A point in time as 2026-01-31T09:00:00Z."""
    point = point.astimezone(UTC)
    return f"{point.year:04}-{point:%m-%dT%H:%M:%S}Z"


def now() -> str:
    """This moment as a text."""
    return utc_text(datetime.now(UTC))


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error)}


async def called(name: str, run: Awaitable[Any]) -> Any:
    """The outputs of a called flow; what fails in it is told as its failure."""
    try:
        return await run
    except Exception as error:
        raise RuntimeError(f"{name} failed: {error}") from error


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task
async def tick() -> str:
    return now()


@task
async def say_rounds(rounds_state: str, rounds_error: dict[str, Any] | None) -> None:
    get_run_logger().info(
        "%s", f"{rounds_state} {dig(rounds_error, 'type', default='none')}"
    )


@task(name="word")
async def word_(word: str) -> str:
    return word


@task
async def begun(word_said: str) -> str:
    return word_said


@task
async def sleep() -> None:
    await asyncio.sleep(20)


@task
async def never() -> None:
    get_run_logger().info("never")


@task
async def say_guarded(guarded_state: str, begun_said: str) -> None:
    get_run_logger().info(
        "%s", f"{guarded_state} {begun_said if begun_said is not None else 'nothing'}"
    )


@task(timeout_seconds=3)
async def ask_sleeper() -> None:
    await called("sleeper", call_sleeper())


@task
async def say_call(
    ask_sleeper_state: str, ask_sleeper_error: dict[str, Any] | None
) -> None:
    get_run_logger().info(
        "%s", f"{ask_sleeper_state} {dig(ask_sleeper_error, 'type', default='none')}"
    )


@flow(name="in_time")
async def in_time(word: str = "hi") -> None:
    rounds_error = begun_said = ask_sleeper_error = None
    rounds_state = guarded_state = ask_sleeper_state = "cancelled"
    try:
        async with asyncio.timeout(3):
            for rounds_iterations in range(1, 101):
                if rounds_iterations > 1:
                    await asyncio.sleep(1)
                tick_at = await tick()
                if tick_at == "never":
                    break
            else:
                raise RuntimeError("`rounds` was not done after 100 rounds")
        rounds_state = "succeeded"
    except Exception as error:
        rounds_state = "failed"
        rounds_error = failure(error)
    await say_rounds(rounds_state, rounds_error)
    word_said = await word_(word)
    try:
        async with asyncio.timeout(3):
            with contextlib.suppress(Exception):
                begun_said = await begun(word_said)
                await sleep()
                await never()
        guarded_state = "succeeded"
    except Exception:
        guarded_state = "failed"
    await say_guarded(guarded_state, begun_said)
    try:
        await ask_sleeper()
        ask_sleeper_state = "succeeded"
    except Exception as error:
        ask_sleeper_state = "failed"
        ask_sleeper_error = failure(error)
    await say_call(ask_sleeper_state, ask_sleeper_error)


if __name__ == "__main__":
    asyncio.run(in_time())
