"""Every night at two in Berlin, has the orders imported and says how it went."""

import asyncio

import httpx
from import_orders import import_orders
from prefect import flow, get_run_logger, task


async def check(url: str) -> None:
    """Fail unless a service answers that it is well."""
    async with httpx.AsyncClient(follow_redirects=True, timeout=None) as client:
        response = await client.get(url)
        response.raise_for_status()


@task
async def begin(team: str) -> None:
    logger = get_run_logger()
    logger.info("importing for %s", team)


@task(timeout_seconds=20)
async def shop_is_up(shop: str) -> None:
    await check(f"{shop}/health")


@task(timeout_seconds=10)
async def ledger_is_up(ledger: str) -> None:
    await check(f"{ledger}/health")


@task(retries=2, retry_delay_seconds=2)
async def imported(team: str) -> dict[str, str]:
    return await import_orders(team=team)


@task
async def settle() -> None:
    await asyncio.sleep(1)


@task
async def texts(team: str, result: str) -> dict[str, str]:
    return {"subject": f"import for {team}", "result": result}


@task
async def say(subject: str, result: str) -> None:
    logger = get_run_logger()
    logger.info("%s: %s", subject, result)


@task
async def done() -> None:
    logger = get_run_logger()
    logger.info("the night is over")


@task
async def alarm(team: str) -> None:
    logger = get_run_logger()
    logger.error("the import for %s failed", team)


@task
async def goodbye() -> None:
    logger = get_run_logger()
    logger.info("ready for the next night")


@flow(name="nightly_import")
async def nightly_import(
    shop: str = "https://shop.example.com",
    ledger: str = "https://ledger.example.com",
    team: str = "sales",
) -> dict[str, str]:
    """Every night at two in Berlin, has the orders imported and says how it went."""
    try:
        await begin(team)
        await shop_is_up(shop)
        await ledger_is_up(ledger)
        outputs = await imported(team)
        await settle()
        found = await texts(team, outputs["said"])
        await say(found["subject"], found["result"])
        await done()
    except Exception:
        await alarm(team)
        raise
    finally:
        await goodbye()
    return found


if __name__ == "__main__":
    asyncio.run(nightly_import())
