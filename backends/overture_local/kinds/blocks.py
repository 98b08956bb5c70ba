"""The tasks that hold tasks: branch, foreach, repeat, try.

What a block decides (the case taken, the items, that a round was not the last) is recorded when it is decided, so that
a resumed run decides the same even if the data it was decided by has changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from overture.expressions.types import Json
from overture.plan.model import Block
from overture_local.attempt import Attempt
from overture_local.failures import Failure, TaskFailed


async def run_branch(attempt: Attempt) -> Mapping[str, Json]:
    engine, task = attempt.engine, attempt.task
    opened = engine.opened(attempt)
    if opened is None:
        opened = {"taken": _choose_case(attempt)}
        engine.record_opening(attempt, opened)
    taken: str = opened["taken"]
    for name, block in task.blocks.items():
        if name != taken:
            engine.record_unrun(block.tasks, attempt.frame, "skipped")
    if taken in task.blocks:
        _raise(await engine.run_block(task.blocks[taken], attempt.frame))
    return {"taken": taken}


def _choose_case(attempt: Attempt) -> str:
    names = [name for name in attempt.task.blocks if name != "else"]
    for name in names:
        if attempt.condition(attempt.task.fields[name]):
            return name
    return "else"


async def run_try(attempt: Attempt) -> Mapping[str, Json]:
    engine, blocks = attempt.engine, attempt.task.blocks
    failure = await engine.run_block(blocks["tasks"], attempt.frame)
    catch = blocks.get("catch")
    if failure is None:
        if catch is not None:
            engine.record_unrun(catch.tasks, attempt.frame, "skipped")
        return {"failed": False, "error": None}
    if catch is not None:
        _raise(await engine.run_block(catch, attempt.frame))
    return {"failed": True, "error": {"type": failure.root.type, "message": failure.root.message}}


async def run_repeat(attempt: Attempt) -> Mapping[str, Json]:
    engine, task = attempt.engine, attempt.task
    block = task.blocks["tasks"]
    number, is_last = engine.last_round(attempt)
    if number:
        engine.restore_block(block, attempt.frame.round(task, number))
    while not is_last:
        if number == attempt.literal("attempts"):
            raise TaskFailed("error", f"`{task.id}` was not done after {number} rounds")
        if number:
            await engine.sleep(attempt.literal("every", 1.0), attempt.frame)
            for inner in block.walk():
                attempt.frame.records.pop(inner.id, None)
        number += 1
        _raise(await engine.run_block(block, attempt.frame.round(task, number)))
        is_last = attempt.condition(task.fields["until"])
        engine.record_round(attempt, number, is_last)
    return {"iterations": number}


@dataclass(slots=True)
class _Loop:
    """What the items of a foreach came to, by their number."""

    collected: dict[int, Json] = field(default_factory=dict)
    failed: dict[int, Failure] = field(default_factory=dict)
    first: Failure | None = None


async def run_foreach(attempt: Attempt) -> Mapping[str, Json]:
    opened = attempt.engine.opened(attempt)
    if opened is None:
        opened = {"items": _choose_items(attempt)}
        attempt.engine.record_opening(attempt, opened)
    items: list[Json] = opened["items"]
    loop = _Loop()
    concurrency = min(attempt.literal("concurrency", 1), len(items))
    waiting = iter(enumerate(items))
    if concurrency <= 1:
        await _work(attempt, loop, waiting)
    else:
        await _work_side_by_side(attempt, loop, waiting, concurrency)
    if loop.first is not None:
        raise TaskFailed("item", loop.first.root.message, origin=loop.first)
    failed = [
        {"index": index, "item": items[index], "error": {"type": error.root.type, "message": error.root.message}}
        for index, error in sorted(loop.failed.items())
    ]
    if "collect" not in attempt.task.fields:
        return {"failed": failed}
    return {"value": [value for _, value in sorted(loop.collected.items())], "failed": failed}


def _choose_items(attempt: Attempt) -> list[Json]:
    task, limit = attempt.task, attempt.engine.limits.loop_items
    items = attempt.value("items")
    if not isinstance(items, list):
        raise TaskFailed("expression", f"`items` of `{task.id}` is not a list")
    if "where" in task.fields:
        name = attempt.literal("as")
        items = [
            item
            for index, item in enumerate(items)
            if attempt.condition(task.fields["where"], attempt.frame.item(task, name, item, index))
        ]
    if len(items) > limit:
        raise TaskFailed("error", f"`{task.id}` has {len(items):,} items, more than {limit:,}")
    return items


async def _work_side_by_side(
    attempt: Attempt, loop: _Loop, waiting: Iterator[tuple[int, Json]], concurrency: int
) -> None:
    workers = [asyncio.create_task(_work(attempt, loop, waiting)) for _ in range(concurrency)]
    share, alive = attempt.engine.surroundings.desk.share(), set(workers)

    def ended(worker: asyncio.Task[None]) -> None:
        alive.discard(worker)
        share.part(len(alive))

    share.part(concurrency)
    for worker in workers:
        worker.add_done_callback(ended)
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _work(attempt: Attempt, loop: _Loop, waiting: Iterator[tuple[int, Json]]) -> None:
    """Take items while there are any and none has failed the loop."""
    skips = attempt.literal("on_item_error", "fail") == "skip"
    while loop.first is None and (found := next(waiting, None)) is not None:
        index, item = found
        failure = await _run_item(attempt, loop, index, item)
        if failure is not None:
            loop.failed[index] = failure
            if not skips:
                loop.first = loop.first or failure


async def _run_item(attempt: Attempt, loop: _Loop, index: int, item: Json) -> Failure | None:
    task = attempt.task
    frame = attempt.frame.item(task, attempt.literal("as"), item, index)
    block: Block | None = task.blocks.get("tasks")
    if block is not None and (failure := await attempt.engine.run_block(block, frame)) is not None:
        return failure
    if "collect" in task.fields:
        try:
            loop.collected[index] = attempt.worth(task.fields["collect"], frame)
        except TaskFailed as failed:
            return failed.failure.of(task.id)
    return None


def _raise(failure: Failure | None) -> None:
    """A block fails as what failed inside it."""
    if failure is not None:
        raise TaskFailed(failure.root.type, failure.root.message, origin=failure)
