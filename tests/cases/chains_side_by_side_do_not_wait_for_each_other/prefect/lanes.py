"""Two lanes of two calls each; a slow one does not hold up the other.

Run: python lanes.py
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import httpx
from prefect import flow, task

Step = Callable[[], Coroutine[Any, Any, None]]


async def run_graph(steps: Mapping[str, tuple[Sequence[str], Step]]) -> None:
    """Run each step once those it needs are done; after a failure start no more."""
    done: set[str] = set()
    failure: BaseException | None = None
    running: dict[asyncio.Task[None], str] = {}
    try:
        while True:
            for name, (needs, step) in steps.items() if failure is None else ():
                begun = {*done, *running.values()}
                if name not in begun and done.issuperset(needs):
                    running[asyncio.create_task(step())] = name
            if not running:
                break
            ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for each in ended:
                done.add(running.pop(each))
                failure = failure or each.exception()
    except asyncio.CancelledError:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        raise
    if failure is not None:
        raise failure


async def fetch(method: str, url: str, **options: Any) -> Any:
    """Send a request, follow its redirects, and give the body of the answer."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        for _ in range(6):
            response = await client.send(request)
            if response.next_request is None:
                return body_of(response.raise_for_status())
            before, request = request, response.next_request
            if before.url.scheme == "https" and request.url.scheme == "http":
                raise PermissionError(f"it redirects to http ({request.url.host})")
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


def body_of(response: httpx.Response) -> Any:
    """The body of an answer: JSON where it says so (nothing is None), else text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.text
    return response.json(parse_constant=int) if response.content.strip() else None


@task(timeout_seconds=30)
async def slow(api: str) -> None:
    await fetch("GET", f"{api}/slow")


@task(timeout_seconds=30)
async def after_slow(api: str) -> None:
    await fetch("GET", f"{api}/after_slow")


@task(timeout_seconds=30)
async def quick(api: str) -> None:
    await fetch("GET", f"{api}/quick")


@task(timeout_seconds=30)
async def after_quick(api: str) -> None:
    await fetch("GET", f"{api}/after_quick")


@flow(name="lanes")
async def lanes(api: str = "https://api.example.com") -> None:
    """Two lanes of two calls each; a slow one does not hold up the other."""

    async def do_slow() -> None:
        await slow(api)

    async def do_after_slow() -> None:
        await after_slow(api)

    async def do_quick() -> None:
        await quick(api)

    async def do_after_quick() -> None:
        await after_quick(api)

    await run_graph(
        {
            "slow": ((), do_slow),
            "after_slow": (("slow",), do_after_slow),
            "quick": ((), do_quick),
            "after_quick": (("quick",), do_after_quick),
        },
    )


if __name__ == "__main__":
    asyncio.run(lanes())
