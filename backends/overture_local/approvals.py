"""What people are asked in a run and what they answer; and who waits for an answer while the rest goes on.

A run whose every thread of control waits for a person has nothing left to do in this process: it is suspended, as a
row of the store, until somebody answers and the run is resumed. A thread of control is a chain of tasks that run one
after another; a block parts into several and is one again when they have ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from overture.expressions.types import Json
from overture.language.schema import validate
from overture_local.clock import Clock, precise_timestamp
from overture_local.failures import RunRefused
from overture_local.frames import place_of
from overture_local.secrecy import Masker
from overture_local.store import Store

_POLL_SECONDS = 0.5  # real time: the answer comes from another process


class Suspended(BaseException):
    """Unwinds what waits for a person where nothing else can go on. Like a cancellation it is no failure: no attempt,
    no `catch` and no `finally` of a workflow hears of it."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What a person said. `value`: the fields that they filled in, when they approved."""

    approved: bool
    by: str | None = None
    comment: str | None = None
    value: Json = None

    def as_json(self) -> dict[str, Json]:
        return {"approved": self.approved, "by": self.by, "comment": self.comment, "value": self.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Approval:
        return cls(data["approved"], data["by"], data["comment"], data["value"])


@dataclass(frozen=True, slots=True)
class Question:
    """An `approve` task that waits. `until`: when silence is taken for an answer, None for never. `returns`: the schema
    of what is to be filled in."""

    run: str
    key: str
    id: str
    at: str
    message: str
    asked_at: str
    until: str | None
    returns: Mapping[str, Json] | None

    @property
    def place(self) -> str:
        return place_of(self.key)

    def is_late(self, clock: Clock) -> bool:
        return self.until is not None and clock.now() >= datetime.fromisoformat(self.until)

    def as_record(self) -> dict[str, Json]:
        """T of cli.md; its outputs say what is asked."""
        outputs: dict[str, Json] = {"message": self.message, "until": self.until}
        return {
            "id": self.id,
            "at": self.at,
            "state": "waiting",
            "attempts": 1,
            "outputs": outputs,
            "error": None,
            "started_at": self.asked_at,
            "ended_at": None,
        }


def questions(store: Store, run: str) -> list[Question]:
    """What a run and the runs that it called wait for, in the order in which it was asked, the run's own first."""
    found: dict[str, Question] = {}
    for event in store.events(run):
        if event.kind == "approval_asked":
            data = event.data
            asked_at = found[event.key].asked_at if event.key in found else event.time
            found[event.key] = Question(
                run, event.key, data["id"], data["at"], data["message"], asked_at, data["until"], data["returns"]
            )
        elif event.kind == "task_ended":
            found.pop(event.key, None)
    answered = store.answers(run)
    own = [each for key, each in found.items() if key not in answered]
    called = [row.run for row in store.called_by(run) if row.ended_at is None]
    return own + [each for name in called for each in questions(store, name)]


def answer(store: Store, question: Question, approval: Approval, clock: Clock, *, secrets: Iterable[str] = ()) -> None:
    """Record an answer; when this returns it is on the disk. `secrets`: what is masked in it.

    Raises RunRefused for one that does not fit, that comes too late, or is the second one."""
    check_answer(question.returns, approval)
    if question.is_late(clock):
        raise RunRefused(
            f"`{question.place}` waited until {question.until} only",
            "what silence means was said there: `resume` goes on",
        )
    said = Masker(secrets).value(approval.as_json())
    if not store.answer(question.run, question.key, precise_timestamp(clock.now()), said):
        raise RunRefused(f"`{question.place}` has been answered already")


def check_answer(returns: Mapping[str, Json] | None, approval: Approval) -> None:
    """Raises RunRefused for fields that nobody asked for, or that do not fit what was asked for."""
    if approval.value is not None and not approval.approved:
        raise RunRefused("who refuses fills in no fields")
    if approval.value is not None and returns is None:
        raise RunRefused("there are no fields to fill in")
    if approval.approved and returns is not None:
        misfits = validate(filled_in(approval), returns)
        if misfits:
            raise RunRefused(f"the fields do not fit: {'; '.join(each.message for each in misfits[:3])}")


def filled_in(approval: Approval) -> Json:
    """The fields of an approval: none given is an empty form."""
    return {} if approval.value is None else approval.value


@dataclass(slots=True)
class _Waiting:
    future: asyncio.Future[Approval | None]
    until: datetime | None


class Desk:
    """Where the runs of one process wait for answers. `given`: answers by the id of the task, for a run without a
    person; a task that is not named is never answered then. Belongs to one event loop."""

    def __init__(self, store: Store, clock: Clock, given: Mapping[str, Approval] | None = None) -> None:
        self.given = given
        self.is_closed = False
        self._store = store
        self._clock = clock
        self._going = 1
        self._waiting: dict[tuple[str, str], _Waiting] = {}
        self._poller: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin with one thread of control."""
        self.is_closed, self._going = False, 1

    def close(self) -> None:
        """Nobody waits any more."""
        if self._poller is not None:
            self._poller.cancel()

    def go(self, change: int) -> None:
        """So many threads of control more, or fewer, can go on. With the last one all that wait are suspended."""
        self._going += change
        if self._going <= 0 and self._waiting:
            self._look()
        if self._going <= 0 and self._waiting:
            self.is_closed = True
            for each in self._waiting.values():
                if not each.future.done():
                    each.future.set_exception(Suspended())
            self._waiting.clear()

    def share(self) -> Share:
        """For a thread of control that may part."""
        return Share(self)

    def stored(self, run: str, key: str) -> Approval | None:
        """An answer that was given before."""
        data = self._store.answers(run).get(key)
        return None if data is None else Approval.from_json(data)

    async def wait(self, run: str, key: str, until: datetime | None) -> Approval | None:
        """The answer, or None when the time is up. Raises Suspended when nothing else can go on."""
        place = run, key
        waiting = _Waiting(asyncio.get_running_loop().create_future(), until)
        self._waiting[place] = waiting
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        self.go(-1)
        try:
            return await waiting.future
        finally:
            if self._waiting.get(place) is waiting:  # nobody woke us: a deadline, or the end of the run
                del self._waiting[place]
                self.go(1)

    async def _poll(self) -> None:
        while self._waiting:
            await asyncio.sleep(_POLL_SECONDS)
            self._look()

    def _look(self) -> None:
        """Wake those who were answered, or whose time is up."""
        now = self._clock.now()
        answers = {run: self._store.answers(run) for run in {run for run, _ in self._waiting}}
        for place, each in list(self._waiting.items()):
            data = answers[place[0]].get(place[1])
            if data is not None or (each.until is not None and now >= each.until):
                del self._waiting[place]
                self._going += 1
                if not each.future.done():
                    each.future.set_result(None if data is None else Approval.from_json(data))


class Share:
    """The part of one thread of control in those that can go on, while it has parted into several: one at least."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._parts = 1

    def part(self, number: int) -> None:
        """It goes on in so many."""
        change = max(1, number) - self._parts
        self._parts += change
        if change:
            self._desk.go(change)
