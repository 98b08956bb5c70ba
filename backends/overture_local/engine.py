"""What runs the tasks of one run: attempts, retries, deadlines, and the record of it all."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from overture.expressions.failures import ExpressionError
from overture.expressions.types import Json
from overture.plan.model import Block, Plan, Task
from overture_local.approvals import Suspended
from overture_local.attempt import Attempt
from overture_local.clock import deadline, is_past, precise_timestamp, sleep
from overture_local.failures import Failure, TaskFailed
from overture_local.frames import Frame, Record, place_of
from overture_local.history import History
from overture_local.request import TRIGGER_DATA
from overture_local.scheduling import run_block
from overture_local.scope import Names
from overture_local.store import Event
from overture_local.surroundings import Surroundings

if TYPE_CHECKING:
    from overture_local.calls import Caller
    from overture_local.gate import Gate

INSTANT = frozenset(("set", "remember", "log", "assert", "fail", "stop"))
"""Kinds that touch nothing outside the run: their start needs no record of its own."""


class Engine:
    """Runs the blocks of one plan. `results` holds the record of each instance by its `at`, in order of its end."""

    def __init__(
        self,
        plan: Plan,
        run: str,
        names: Names,
        gate: Gate,
        surroundings: Surroundings,
        history: History,
        caller: Caller,
    ) -> None:
        self.plan = plan
        self.run = run
        self.names = names
        self.gate = gate
        self.surroundings = surroundings
        self.clock = surroundings.clock
        self.limits = surroundings.limits
        self.masker = surroundings.masker
        self.workspace = surroundings.workspace
        self.caller = caller
        self.history = history
        self.results: dict[str, Record] = {}
        self._log_bytes = history.log_bytes
        self._generated = frozenset(task.id for task in plan.walk() if task.is_generated)
        for record in history.ended.values():
            self._show(record)

    # running

    async def run_block(self, block: Block, frame: Frame) -> Failure | None:
        """Run a block in a frame; its first failure, or None."""

        async def run_task(task: Task) -> Failure | None:
            return await self.run_task(task, frame)

        async def cancel_tasks(tasks: Iterable[Task]) -> None:
            self.record_unrun(tasks, frame, "cancelled")

        return await run_block(block, run_task, cancel_tasks, self.surroundings.desk.share().part)

    async def run_task(self, task: Task, frame: Frame) -> Failure | None:
        """Run one instance of a task, or take what a process before us recorded of it; the failure that is its
        block's, if there is one."""
        record = self.history.completed(frame.key(task.id))
        if record is not None:
            self._restore(task, frame, record)
        else:
            if is_past(self.clock, frame.deadline):
                await self.sleep(0, frame)
            record = await self._run_instance(task, frame)
        return None if task.continues_on_error else record.error

    async def _run_instance(self, task: Task, frame: Frame) -> Record:
        key = frame.key(task.id)
        started = self.history.started.get(key)
        record = Record(task.id, frame.at(task.id), "waiting", self.history.failed.get(key, 0))
        remembered: dict[str, Json] = {}
        try:
            if started is None and task.when is not None and not Attempt(self, task, frame, 0).condition(task.when):
                self.record_unrun([task], frame, "skipped")
                return frame.records[task.id]
            record.outputs, remembered = await self._run_attempts(task, frame, record, started or {})
            record.state = "succeeded"
        except TaskFailed as failed:
            record.state = "failed"
            record.error = self._masked(failed.failure).of(task.stands_for or task.id)
            record.outputs = record.error.outputs
            self._end_inside(task, frame)
        except (asyncio.CancelledError, Suspended):
            if self.surroundings.desk.is_closed:
                self._show_waiting(record, key)
                raise
            record.state = "cancelled"
            record.ended_at = self._time()
            frame.records[task.id] = record
            self._append_later(self._ended(task.id), key, _record_json(record))
            self._show(record)
            self._end_inside(task, frame)
            raise
        await self._record_end(record, frame, remembered)
        if task.stands_for is not None and record.error is not None and record.error.origin is None:
            await self._record_end(replace(record, id=task.stands_for, at=frame.at(task.stands_for)), frame, {})
        return record

    async def _run_attempts(
        self, task: Task, frame: Frame, record: Record, started: Mapping[str, Json]
    ) -> tuple[Mapping[str, Json], dict[str, Json]]:
        """Attempt until one succeeds or they are used up; raises the failure of the last."""
        key = frame.key(task.id)
        self._begin(task, frame, record)
        if task.is_at_most_once:
            if self.history.is_in_flight(key):
                raise TaskFailed("error", "it was interrupted, and is not started again (`at_most_once`)")
            await self.surroundings.store.append(self.run, [])  # its start must be known before it does anything
        delays = list(task.retry.delays())[record.attempts :]
        while True:
            record.attempts += 1
            attempt = Attempt(self, task, frame, record.attempts, started=started)
            try:
                return await self._attempt(attempt), attempt.remembered
            except TaskFailed as failed:
                if failed.is_final or not delays:
                    raise
                error = self._masked(failed.failure).of(task.id).as_json()
            data = {"id": task.id, "at": record.at, "attempt": record.attempts, "error": error}
            self._append_later("attempt_failed", key, data)
            await self.sleep(delays.pop(0), frame)

    async def _attempt(self, attempt: Attempt) -> Mapping[str, Json]:
        """One attempt under its deadline. Raises TaskFailed, whatever goes wrong."""
        task, frame = attempt.task, attempt.frame
        try:
            own_seconds = None if task.kind == "approve" else task.timeout_seconds  # its clock ticks without us too
            async with deadline(self.clock, own_seconds, frame.deadline) as limit:
                placed = Attempt(self, task, frame.under(limit), attempt.number, attempt.remembered, attempt.started)
                outputs = await self.surroundings.kinds[task.kind](placed)
        except TimeoutError:
            raise TaskFailed("timeout", f"it took longer than {task.timeout_seconds:g} s") from None
        except (TaskFailed, asyncio.CancelledError, sqlite3.Error):
            raise  # a store that cannot be written ends the process, not the task: the run can then be resumed
        except Exception as error:  # a fault of ours or of a library must not take the run's other tasks with it
            raise TaskFailed("error", f"{type(error).__name__}: {error}") from error
        masked: dict[str, Json] = self.masker.value(dict(outputs))
        for name, value in attempt.remembered.items():
            attempt.remembered[name] = self.masker.value(value)
        self._check_size(masked)
        return masked

    def _check_size(self, outputs: Mapping[str, Json]) -> None:
        size_bytes = len(json.dumps(outputs, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if size_bytes > self.limits.output_bytes:
            raise TaskFailed("error", f"the result has {size_bytes:,} bytes, more than {self.limits.output_bytes:,}")

    async def sleep(self, seconds: float, frame: Frame) -> None:
        """Sleep on the run's clock, no further than the deadlines of the frame."""
        await sleep(self.clock, seconds, frame.deadline)

    def help_for(self, error: ExpressionError) -> str | None:
        """What to do about an expression that reads a trigger in a run that was started by hand."""
        kinds = [trigger.type for trigger in self.plan.triggers if trigger.type != "schedule"]
        if self.names.trigger or self.caller.depth > 1 or not kinds or "`trigger." not in str(error):
            return None
        return f"give a trigger's data: `--trigger FILE`, which holds {TRIGGER_DATA[kinds[0]]}"

    def shown(self) -> tuple[Record, ...]:
        """The records of the document's tasks, in order of their ends."""
        return tuple(self.results.values())

    # recording

    def question(self, attempt: Attempt) -> Mapping[str, Json] | None:
        """What a person was asked before the run was interrupted or suspended."""
        return self.history.asked.get(attempt.key)

    def record_question(self, attempt: Attempt, data: Mapping[str, Json]) -> None:
        """Record what a person is asked; a resumed run asks again, with the same words and deadline."""
        at = attempt.frame.at(attempt.task.id)
        data = {**data, "id": attempt.task.id, "at": at}
        self.history.asked[attempt.key] = data
        self._append_later("approval_asked", attempt.key, data)

    def _show_waiting(self, record: Record, key: str) -> None:
        """Nothing is recorded of what waits, or holds what waits: a resumed run comes to the same place."""
        record.state = "waiting"
        asked = self.history.asked.get(key)
        if asked is not None:
            record.outputs = {"message": asked["message"], "until": asked["until"]}
        self._show(record)

    def record_start(self, task: Task, frame: Frame, data: Mapping[str, Json]) -> None:
        """Record more about a start that was made; `Attempt.started` of a resumed run has it."""
        self._append_later("task_started", frame.key(task.id), {"id": task.id, "at": frame.at(task.id), **data})

    def record_opening(self, attempt: Attempt, data: Mapping[str, Json]) -> None:
        """Record what a block decided."""
        self._append_later("block_opened", attempt.key, data)

    def opened(self, attempt: Attempt) -> Mapping[str, Json] | None:
        """What a block decided before the run was interrupted."""
        return self.history.opened.get(attempt.key)

    def record_round(self, attempt: Attempt, number: int, is_last: bool) -> None:
        self._append_later("round_ended", attempt.key, {"round": number, "is_last": is_last})

    def last_round(self, attempt: Attempt) -> tuple[int, bool]:
        """The last round that a process before us ended, and whether it was the last one needed."""
        return self.history.rounds.get(attempt.key, (0, False))

    def record_unrun(self, tasks: Iterable[Task], frame: Frame, state: Literal["skipped", "cancelled"]) -> None:
        """Record tasks, and all inside them but what stands in loops, as skipped or cancelled."""
        events: list[Event] = []
        if self.surroundings.desk.is_closed:  # what has not started will, when the run goes on
            return
        for task in _outside_loops(tasks):
            if task.id not in frame.records:
                record = Record(task.id, frame.at(task.id), state)
                frame.records[task.id] = record
                self._show(record)
                events.append(Event(self._time(), self._ended(task.id), frame.key(task.id), _record_json(record)))
        self.surroundings.store.append_later(self.run, events)
        for event in events:
            self._tell(event)

    def _end_inside(self, task: Task, frame: Frame) -> None:
        """What stands in a block that failed or was cut off, and never started, is cancelled."""
        if task.kind != "foreach":
            for block in task.blocks.values():
                self.record_unrun(block.tasks, frame, "cancelled")

    def log(self, level: str, message: str, at: str | None, task: str | None) -> None:
        """Write a line to the run's log, masked, as long as the log is not full."""
        message = self.masker.text(message)
        if self._log_bytes > self.limits.log_bytes:
            return
        self._log_bytes += len(message.encode("utf-8", "surrogatepass"))
        if self._log_bytes > self.limits.log_bytes:
            level, message = "warning", f"the log is full: it has more than {self.limits.log_bytes:,} bytes"
        self._append_later("log", at or "", {"id": task, "at": at, "level": level, "message": message})

    async def record_phase(self, data: Mapping[str, Json]) -> None:
        """Record that the run enters a phase; awaited, since a resumed run goes on from there."""
        event = Event(self._time(), "phase", "", data)
        await self.surroundings.store.append(self.run, [event])
        self._tell(event)

    def restore_block(self, block: Block, frame: Frame) -> None:
        """Put the records of a block that was run before into the frame."""
        for task in block.tasks:
            record = self.history.ended.get(frame.key(task.id))
            if record is not None:
                self._restore(task, frame, record)

    def _restore(self, task: Task, frame: Frame, record: Record) -> None:
        frame.records[task.id] = record
        if task.kind == "foreach":
            return
        if task.kind == "repeat":
            number, _ = self.history.rounds.get(frame.key(task.id), (0, False))
            frame = frame.round(task, number)
        for block in task.blocks.values():
            self.restore_block(block, frame)

    def _begin(self, task: Task, frame: Frame, record: Record) -> None:
        record.started_at = self._time()
        key = frame.key(task.id)
        event = Event(record.started_at, "task_started", key, {"id": task.id, "at": record.at})
        if task.kind not in INSTANT and key not in self.history.started:
            self.surroundings.store.append_later(self.run, [event])
        self._tell(event)

    async def _record_end(self, record: Record, frame: Frame, remembered: Mapping[str, Json]) -> None:
        """Record the end of an instance. Once this returns, no process runs the instance again."""
        record.ended_at = self._time()
        frame.records[record.id] = record
        self._show(record)
        event = Event(record.ended_at, self._ended(record.id), frame.key(record.id), _record_json(record))
        written = self.surroundings.store.append(self.run, [event], remembered=remembered, workflow=self.plan.name)
        self.names.state.update(remembered)
        await written
        self._tell(event)

    def _ended(self, id: str) -> str:
        """The kind of the event; whoever shows a run's tasks does not look for those that the plan made up."""
        return "generated_task_ended" if id in self._generated else "task_ended"

    def _append_later(self, kind: str, key: str, data: Mapping[str, Json]) -> None:
        event = Event(self._time(), kind, key, data)
        self.surroundings.store.append_later(self.run, [event])
        self._tell(event)

    def _show(self, record: Record) -> None:
        if record.id not in self._generated:
            self.results.pop(record.at, None)
            self.results[record.at] = record

    def _tell(self, event: Event) -> None:
        if event.data.get("id") in self._generated:
            return
        data = event.data
        if "#" in event.key:  # in a repeat: whoever watches sees the same `at` in every round
            data = {**data, "place": place_of(event.key)}
        self.surroundings.tell(event.kind, self.run, self.plan.name, event.time, data)

    def _masked(self, failure: Failure) -> Failure:
        return Failure(
            failure.type,
            self.masker.text(failure.message),
            failure.task,
            failure.origin,
            self.masker.value(dict(failure.outputs)),
            None if failure.help is None else self.masker.text(failure.help),
        )

    def _time(self) -> str:
        return precise_timestamp(self.clock.now())


def _record_json(record: Record) -> dict[str, Json]:
    origin = None if record.error is None else record.error.root
    return record.as_json() | {"origin": None if origin is None else origin.as_json()}


def _outside_loops(tasks: Iterable[Task]) -> Iterator[Task]:
    for task in tasks:
        yield task
        if task.kind != "foreach":
            for block in task.blocks.values():
                yield from _outside_loops(block.tasks)
