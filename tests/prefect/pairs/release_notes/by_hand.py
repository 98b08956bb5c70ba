"""Reads the latest release and its issues and says whether it is a big one."""

import asyncio
from typing import Any

import httpx
from prefect import flow, get_run_logger, task


async def get(url: str) -> Any:
    """The JSON that a url answers with."""
    async with httpx.AsyncClient(follow_redirects=True, timeout=None) as client:
        response = await client.get(url)
        response.raise_for_status()
        return response.json()


@task
async def begin(api: str) -> None:
    logger = get_run_logger()
    logger.info("reading %s", api)


@task(timeout_seconds=30)
async def release(api: str) -> dict[str, Any]:
    return await get(f"{api}/release")


@task(timeout_seconds=30)
async def issues(api: str) -> list[dict[str, Any]]:
    return await get(f"{api}/issues")


@task
async def counted(release: dict[str, Any], issues: list[dict[str, Any]]) -> dict[str, Any]:
    titles = sorted(issue["title"] for issue in issues)
    first = titles[0] if titles else ""
    return {"name": release["name"], "count": len(issues), "first": first}


@task
async def system() -> str:
    process = await asyncio.create_subprocess_exec("uname", "-s", stdout=asyncio.subprocess.PIPE)
    stdout, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"uname ended with {process.returncode}")
    return stdout.decode()


@task
async def seen(name: str, system: str) -> None:
    logger = get_run_logger()
    logger.info("%s on %s", name, system)


@task
async def big(count: int) -> None:
    logger = get_run_logger()
    logger.info("a big one: %s issues", count)


@task
async def small(first: str) -> None:
    logger = get_run_logger()
    logger.info("a small one, the first issue is %s", first)


@task
async def done(name: str) -> None:
    logger = get_run_logger()
    logger.info("%s is read", name)


@flow(name="release_notes")
async def release_notes(api: str = "https://api.example.com", big_from: int = 3) -> dict[str, Any]:
    """Reads the latest release and its issues and says whether it is a big one."""
    await begin(api)
    found = await counted(await release(api), await issues(api))
    await seen(found["name"], await system())
    if found["count"] >= big_from:
        await big(found["count"])
    else:
        await small(found["first"])
    await done(found["name"])
    return {"name": found["name"], "count": found["count"]}


if __name__ == "__main__":
    asyncio.run(release_notes())
