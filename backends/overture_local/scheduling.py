"""How the tasks of one block run: each as soon as what it needs is done, side by side where no edge orders them.

A failure stops the starting; what runs is let finish; then the block has failed with the first error (language.md 6).
Every edge is looked at once, so a block of ten thousand tasks costs ten thousand steps.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from overture.plan.model import Block, Task
from overture_local.failures import Failure

RunTask = Callable[[Task], Awaitable[Failure | None]]
CancelTasks = Callable[[Iterable[Task]], Awaitable[None]]
Part = Callable[[int], None]


async def run_block(block: Block, run_task: RunTask, cancel_tasks: CancelTasks, part: Part) -> Failure | None:
    """Run the block to its end; its first failure, or None. `run_task` gives the failure of a task that fails its
    block. `cancel_tasks` is told the tasks that never started, also when we are cancelled ourselves; `part` how many
    run side by side, whenever that changes."""
    schedule = _Schedule(block, run_task, part)
    try:
        await schedule.run()
    finally:
        if schedule.unstarted:
            await cancel_tasks(schedule.unstarted.values())
    return schedule.failure


class _Schedule:
    def __init__(self, block: Block, run_task: RunTask, part: Part) -> None:
        self._run_task = run_task
        self._part = part
        self.failure: Failure | None = None
        self.unstarted: dict[str, Task] = {task.id: task for task in block.tasks}
        self._unmet = {task.id: len(task.needs) for task in block.tasks}
        self._dependents: dict[str, list[Task]] = {}
        for task in block.tasks:
            for needed in task.needs:
                self._dependents.setdefault(needed, []).append(task)
        self._ready = deque(task for task in block.tasks if not task.needs)
        self._running: set[asyncio.Task[None]] = set()
        self._broken: BaseException | None = None
        self._is_idle = asyncio.Event()

    async def run(self) -> None:
        # a chain needs no task of the event loop for each of its links
        while self._ready and not self._running and self.failure is None:
            if len(self._ready) == 1:
                await self._run_one(self._start(self._ready.popleft()))
            else:
                await self._run_side_by_side()
        if self._broken is not None:
            raise self._broken

    async def _run_side_by_side(self) -> None:
        """Run until nothing runs any more. Ends early only when we are cancelled; then all that runs is too."""
        self._is_idle.clear()
        self._start_ready()
        try:
            await self._is_idle.wait()
        except asyncio.CancelledError:
            for running in self._running:
                running.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            raise

    def _start(self, task: Task) -> Task:
        del self.unstarted[task.id]
        return task

    def _start_ready(self) -> None:
        while self._ready and self.failure is None and self._broken is None:
            started = asyncio.create_task(self._run_one(self._start(self._ready.popleft())))
            self._running.add(started)
            started.add_done_callback(self._ended)
        self._part(len(self._running))

    def _ended(self, ended: asyncio.Task[None]) -> None:
        self._running.discard(ended)
        # nobody but us cancels a task of ours; if one ends so all the same, its dependents must not wait for ever
        error = asyncio.CancelledError() if ended.cancelled() else ended.exception()
        self._broken = self._broken or error
        self._start_ready()
        if not self._running:
            self._is_idle.set()

    async def _run_one(self, task: Task) -> None:
        failure = await self._run_task(task)
        if failure is not None:
            self.failure = self.failure or failure
            return
        for dependent in self._dependents.get(task.id, ()):
            self._unmet[dependent.id] -= 1
            if not self._unmet[dependent.id]:
                self._ready.append(dependent)
