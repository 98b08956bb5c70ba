"""Packs a parcel the express way when asked to, and tells what was not done.

Run: python skipped_reads.py
"""

import asyncio
import contextlib
from typing import Annotated, Any

from prefect import flow, task
from prefect.states import Completed, State
from pydantic import Field


@task
async def skipped() -> State[Any]:
    """Stand in the run for a task whose condition is false."""
    return Completed(name="Skipped", message="its condition is false")


@task
async def label() -> str:
    return "express"


@task
async def weigh(grams: int) -> int:
    return grams


@task
async def wrap() -> int:
    return 3


@task
async def by_air() -> str:
    return "AIR"


@task
async def heavy() -> None:
    pass


@task
async def by_road() -> str:
    return "ROAD"


@flow(name="skipped_reads")
async def skipped_reads(
    express: Annotated[bool, Field(strict=True)] = True,
    grams: Annotated[int, Field(strict=True)] = 5000,
) -> dict[str, Any]:
    """Packs a parcel the express way when asked to, and tells what was not done."""
    label_text = label_error = weigh_grams = wrap_layers = None
    by_air_code = by_road_code = None
    label_state = parcel_state = wrap_state = by_air_state = "cancelled"
    heavy_state = by_road_state = "cancelled"
    if express:
        label_text = await label()
        label_state = "succeeded"
    else:
        await skipped.with_options(task_run_name="label")()
        label_state = "skipped"
    if express:
        if grams > 2000:
            weigh_grams = await weigh(grams)
            with contextlib.suppress(Exception):
                try:
                    wrap_layers = await wrap()
                    wrap_state = "succeeded"
                except Exception:
                    wrap_state = "failed"
                    raise
        else:
            wrap_state = "skipped"
        parcel_state = "succeeded"
    else:
        await skipped.with_options(task_run_name="parcel")()
        parcel_state = "skipped"
        wrap_state = "skipped"
    if express:
        heavy_state = by_road_state = "skipped"
        by_air_code = await by_air()
        by_air_state = "succeeded"
    elif label_text is not None:
        by_air_state = by_road_state = "skipped"
        await heavy()
        heavy_state = "succeeded"
    else:
        by_air_state = heavy_state = "skipped"
        by_road_code = await by_road()
        by_road_state = "succeeded"
    return {
        "states": [
            label_state,
            parcel_state,
            wrap_state,
            by_air_state,
            by_road_state,
            heavy_state,
        ],
        "label": label_text if label_text is not None else "standard",
        "found": [
            label_text is not None,
            wrap_layers is not None,
            by_road_code is not None,
        ],
        "error": label_error,
        "all": (
            f"{weigh_grams if weigh_grams is not None else ''}|"
            f"{by_air_code if by_air_code is not None else 'none'}|"
            f"{wrap_layers if wrap_layers is not None else 0}"
        ),
    }


if __name__ == "__main__":
    asyncio.run(skipped_reads())
