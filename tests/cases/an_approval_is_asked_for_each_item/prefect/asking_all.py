"""The workflow asking_all.

Run: python asking_all.py
"""

import asyncio
from typing import Any

from prefect import flow, pause_flow_run, task
from prefect.input import RunInput

NO_TIMEOUT = 10 * 365 * 24 * 3600  # a pause has to end some time


class Approval(RunInput):
    """What a person answers; nothing is approved that does not say so."""

    approved: bool
    by: str | None = None
    comment: str | None = None


@task(name="ask", task_run_name="ask[{index}]")
async def ask_(who: str, index: int) -> str | None:
    form = Approval.with_initial_data(description=f"May {who}?")
    answer = await pause_flow_run(
        wait_for_input=form, timeout=NO_TIMEOUT, poll_interval=2
    )
    return answer.by


@flow(name="asking_all")
async def asking_all() -> dict[str, Any]:
    each_value = []
    for index, who in enumerate(["x", "y"]):
        ask_by = await ask_(who, index)
        each_value.append({"who": who, "by": ask_by})
    return {"answers": each_value}


if __name__ == "__main__":
    asyncio.run(asking_all())
