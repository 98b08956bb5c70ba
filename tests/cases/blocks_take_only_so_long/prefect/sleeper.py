"""The workflow sleeper.

Run: python sleeper.py
"""

import asyncio

from prefect import flow, get_run_logger, task


@task
async def wait_here() -> None:
    await asyncio.sleep(20)


@task
async def late() -> None:
    get_run_logger().info("too late")


@flow(name="sleeper")
async def sleeper() -> None:
    await wait_here()
    await late()


if __name__ == "__main__":
    asyncio.run(sleeper())
