"""Visits two lanes one after the other while something else breaks.

Run: python lanes_that_end.py
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import httpx
from prefect import flow, get_run_logger, task
from prefect.runtime import task_run

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
        if method in ("POST", "PATCH"):
            request.headers.setdefault("Idempotency-Key", str(task_run.id))
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


@task(task_run_name="visit[{index}]", timeout_seconds=30)
async def visit(api: str, lane: int, index: int) -> None:
    await fetch("GET", f"{api}/lanes/{lane}")


@task(task_run_name="mark[{index}]")
async def mark(lane: int, index: int) -> int:
    return lane


@task(timeout_seconds=30)
async def broken(api: str) -> None:
    await fetch("GET", f"{api}/broken")


@task
async def last() -> None:
    get_run_logger().info("both are done")


@task(timeout_seconds=30)
async def alarm(
    api: str, broken_state: str, lanes_state: str, lanes_value: list[int]
) -> None:
    await fetch(
        "POST",
        f"{api}/alarm",
        json={
            "broken": broken_state,
            "lanes": lanes_state,
            "done": lanes_value if lanes_value is not None else [],
        },
    )


@flow(name="lanes_that_end")
async def lanes_that_end(api: str = "https://api.example.com") -> None:
    """Visits two lanes one after the other while something else breaks."""
    lanes_value = mark_done = None
    lanes_state = broken_state = "cancelled"
    try:

        async def do_lanes() -> None:
            nonlocal lanes_value, lanes_state, mark_done
            try:
                lanes_value = []
                for index, lane in enumerate([1, 2]):
                    await visit(api, lane, index)
                    mark_done = await mark(lane, index)
                    lanes_value.append(mark_done)
                lanes_state = "succeeded"
            except Exception:
                lanes_state = "failed"
                lanes_value = None
                raise

        async def do_broken() -> None:
            nonlocal broken_state
            try:
                await broken(api)
                broken_state = "succeeded"
            except Exception:
                broken_state = "failed"
                raise

        async def do_last() -> None:
            await last()

        await run_graph(
            {
                "lanes": ((), do_lanes),
                "broken": ((), do_broken),
                "last": (("lanes", "broken"), do_last),
            },
        )
    except Exception:
        with contextlib.suppress(Exception):
            await alarm(api, broken_state, lanes_state, lanes_value)
        raise


if __name__ == "__main__":
    asyncio.run(lanes_that_end())
