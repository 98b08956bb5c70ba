"""The workflow asked.

Run: python asked.py
"""

import asyncio

from prefect import flow, get_run_logger, pause_flow_run, task
from prefect.input import RunInput


class Approval(RunInput):
    """What a person answers; nothing is approved that does not say so."""

    approved: bool
    by: str | None = None
    comment: str | None = None


@task(name="ask")
async def ask_() -> None:
    form = Approval.with_initial_data(description="Well?")
    await pause_flow_run(wait_for_input=form, timeout=1, poll_interval=2)


@task
async def say() -> None:
    get_run_logger().info("on")


@flow(name="asked")
async def asked() -> None:
    await ask_()
    await say()


if __name__ == "__main__":
    asyncio.run(asked())
