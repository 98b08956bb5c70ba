"""Compares today's stock of a product with the last one and orders it when it is low."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

from prefect import flow, get_run_logger, task
from prefect.variables import Variable
from pydantic import Field

LAST_LEVEL = "stock_check_last_level"


@task
async def texts(product: str, level: int) -> dict[str, str]:
    return {"title": f"Stock of {product}", "note": f"{product}: {level} left"}


@task
async def sane(product: str, level: int) -> None:
    if level >= 100000 or product == "":
        raise ValueError(f"{product} cannot have a level of {level}")


@task
async def begin(title: str, level: int) -> None:
    last_level = await Variable.aget(LAST_LEVEL, default=100)
    logger = get_run_logger()
    logger.info("%s: %s now, %s before", title, level, last_level)


@task
async def low(product: str) -> None:
    logger = get_run_logger()
    logger.warning("%s is low", product)


@task
def order(product: str) -> None:
    path = Path("stock/order.txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"order {product}")


@task
async def enough(product: str) -> None:
    logger = get_run_logger()
    logger.info("there is enough %s", product)


@task
async def keep(level: int) -> None:
    await Variable.aset(LAST_LEVEL, level, overwrite=True)


@task
async def pause() -> None:
    await asyncio.sleep(1)


@task
async def done(note: str) -> None:
    logger = get_run_logger()
    logger.info(note)


@flow(name="stock_check")
async def stock_check(
    product: str = "tea",
    level: Annotated[int, Field(ge=0)] = 12,
    minimum: int = 20,
) -> dict[str, Any]:
    """Compares today's stock of a product with the last one and orders it when low."""
    found = await texts(product, level)
    await sane(product, level)
    await begin(found["title"], level)
    if level < minimum:
        await low(product)
        order(product)
    else:
        await enough(product)
    await keep(level)
    await pause()
    await done(found["note"])
    return {"title": found["title"], "level": level}


if __name__ == "__main__":
    asyncio.run(stock_check())
