"""Takes one of two ways, fails, and tells of all.

Run: python not_started.py
"""

import asyncio
from typing import Annotated, Any

from prefect import flow, get_run_logger, task
from prefect.states import Completed, State
from pydantic import Field


class Failed(Exception):
    """A task that is there to fail the run."""


@task
async def skipped() -> State[Any]:
    """Stand in the run for a task whose condition is false."""
    return Completed(name="Skipped", message="its condition is false")


@task
async def taken() -> None:
    pass


@task
async def other() -> None:
    pass


@task
async def refuse() -> None:
    raise Failed("no more")


@task
async def never() -> None:
    pass


@task
async def tell(other_state: str, never_state: str, taken_state: str) -> None:
    get_run_logger().info("%s", f"{other_state} {never_state} {taken_state}")


@flow(name="not_started")
async def not_started(is_short: Annotated[bool, Field(strict=True)] = True) -> None:
    """Takes one of two ways, fails, and tells of all."""
    taken_state = other_state = never_state = "cancelled"
    run_state = "cancelled"
    try:
        if is_short:
            other_state = "skipped"
            try:
                await taken()
                taken_state = "succeeded"
            except Exception:
                taken_state = "failed"
                raise
        else:
            taken_state = "skipped"
            try:
                await other()
                other_state = "succeeded"
            except Exception:
                other_state = "failed"
                raise
        if is_short:
            await refuse()
        else:
            await skipped.with_options(task_run_name="refuse")()
        try:
            await never()
            never_state = "succeeded"
        except Exception:
            never_state = "failed"
            raise
        run_state = "succeeded"
    except Exception:
        run_state = "failed"
        raise
    finally:
        try:
            await tell(other_state, never_state, taken_state)
        except Exception:
            if run_state == "succeeded":
                raise


if __name__ == "__main__":
    asyncio.run(not_started())
