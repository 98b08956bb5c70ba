"""Starting a run, a called one too: what it is given, who owns it, what is recorded of its beginning and end."""

from __future__ import annotations

import asyncio
import hashlib
import secrets as randomness
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from overture.expressions.types import Json
from overture.plan.model import Plan
from overture_local.approvals import Suspended, questions
from overture_local.clock import precise_timestamp, timestamp
from overture_local.engine import Engine
from overture_local.failures import Failure, NotDue
from overture_local.frames import Record
from overture_local.gate import Gate, HostPattern, Policy
from overture_local.history import History
from overture_local.lifecycle import End, Lifecycle
from overture_local.ownership import Ownership
from overture_local.request import Cancellation, RunResult
from overture_local.scope import Names
from overture_local.secrecy import Secret
from overture_local.store import RunRow
from overture_local.surroundings import Surroundings
from overture_local.terms import Terms

_QUEUE_POLL_SECONDS = 0.2  # real time: what a queued run waits for happens in other processes


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a run starts from: kept in the store, so that a resumed run starts from the same. `data_inputs`: those that
    a `call` made of data. `terms`: what whoever started it allowed; a called run has those of its caller."""

    inputs: dict[str, Json]
    trigger: dict[str, Json]
    scheduled_for: str | None
    previous_success_at: str | None
    data_inputs: tuple[str, ...] = ()
    terms: Terms | None = None

    def as_json(self) -> dict[str, Json]:
        return {
            "inputs": self.inputs,
            "trigger": self.trigger,
            "scheduled_for": self.scheduled_for,
            "previous_success_at": self.previous_success_at,
            "data_inputs": list(self.data_inputs),
            "terms": None if self.terms is None else self.terms.as_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Beginning:
        terms = data.get("terms")
        return cls(
            data["inputs"],
            data["trigger"],
            data["scheduled_for"],
            data["previous_success_at"],
            tuple(data["data_inputs"]),
            None if terms is None else Terms.from_json(terms),
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """Starts runs in the same surroundings, with the same secrets and approvals. `depth`: calls round this one, `gate`
    that of the caller."""

    surroundings: Surroundings
    secrets: Mapping[str, Secret]
    approved: tuple[HostPattern, ...]
    policy: Policy | None
    gate: Gate | None = None
    depth: int = 0

    async def start(
        self,
        plan: Plan,
        run: str,
        beginning: Beginning,
        cancellation: Cancellation,
        sources: Mapping[str, str],
        parent: str | None = None,
        on_created: Callable[[], None] | None = None,
    ) -> RunResult:
        """Run a plan from the beginning; `on_created` is called once the store has the run.

        Raises StoreError when somebody else has that run, NotDue when too many of its workflow run and it is to be
        skipped then."""
        store, clock = self.surroundings.store, self.surroundings.clock
        owned = store.own(run)
        try:
            started_at = precise_timestamp(clock.now())
            store.create(
                run,
                workflow=plan.name,
                digest=plan.digest,
                started_at=started_at,
                request=beginning.as_json(),
                sources=sources,
                parent=parent,
            )
            if on_created is not None:
                on_created()
            failure = await self._take_turn(plan, run)
            if failure is not None:
                return await self._finish(plan, run, started_at, End("failed", failure), ())
            return await self._live(plan, run, beginning, started_at, History(), cancellation)
        finally:
            owned.release()

    async def resume(self, plan: Plan, row: RunRow, cancellation: Cancellation, owned: Ownership) -> RunResult:
        """Go on with a run that was interrupted; `owned` is given back at the end."""
        try:
            self.surroundings.store.reopen(row.run)
            history = History.of(self.surroundings.store.events(row.run))
            beginning = Beginning.from_json(row.request)
            return await self._live(plan, row.run, beginning, row.started_at, history, cancellation)
        finally:
            owned.release()

    async def _take_turn(self, plan: Plan, run: str) -> Failure | None:
        """Wait until the workflow's limit of runs at once lets this one go on."""
        if plan.concurrency is None:
            return None
        store, limit = self.surroundings.store, plan.concurrency.limit
        while run not in store.alive(plan.name)[:limit]:
            if plan.concurrency.when_full == "skip":
                store.discard(run)
                raise NotDue(f"`{plan.name}` has {limit} runs already: there is no further one (`when_full: skip`)")
            if plan.concurrency.when_full == "fail":
                return Failure("error", f"`{plan.name}` has {limit} runs already")
            await asyncio.sleep(_QUEUE_POLL_SECONDS)
        return None

    async def _live(
        self,
        plan: Plan,
        run: str,
        beginning: Beginning,
        started_at: str,
        history: History,
        cancellation: Cancellation,
    ) -> RunResult:
        surroundings = self.surroundings
        state = {variable.name: variable.default for variable in plan.state}
        kept = surroundings.store.state(plan.name)
        state |= {name: value for name, value in kept.items() if name in state}
        names = Names(
            beginning.inputs,
            beginning.trigger,
            {name: self.secrets[name] for name in plan.secrets if name in self.secrets},
            state,
            {
                "id": run,
                "started_at": timestamp(datetime.fromisoformat(started_at)),
                "scheduled_for": beginning.scheduled_for,
                "trigger": beginning.trigger.get("type", "manual"),
                "previous_success_at": beginning.previous_success_at,
            },
            surroundings.clock,
        )
        gate = Gate(
            plan,
            beginning.inputs,
            names.secrets,
            self.approved,
            self.policy,
            data_inputs=beginning.data_inputs,
            caller=self.gate,
        )
        inner = Caller(surroundings, self.secrets, self.approved, self.policy, gate, self.depth + 1)
        engine = Engine(plan, run, names, gate, surroundings, history, inner)
        surroundings.tell("run_started", run, plan.name, started_at)
        try:
            end = await Lifecycle(engine, cancellation).run()
        except Suspended:
            result = await self._suspend(plan, run, started_at, engine.shown())
            if self.depth:
                raise  # who called it waits too
            return result
        return await self._finish(plan, run, started_at, end, engine.shown())

    async def _suspend(self, plan: Plan, run: str, started_at: str, tasks: tuple[Record, ...]) -> RunResult:
        store, now = self.surroundings.store, self.surroundings.clock.now()
        seconds = (now - datetime.fromisoformat(started_at)).total_seconds()
        result = RunResult(run, plan.name, "waiting", {}, None, tasks, round(seconds, 3))
        await store.suspend(run, result.as_json())
        asked = questions(store, run)
        told: list[Json] = [{"task": each.place, "message": each.message, "until": each.until} for each in asked]
        data: dict[str, Json] = {"state": "waiting", "approvals": told, "seconds": result.seconds}
        self.surroundings.tell("run_waiting", run, plan.name, precise_timestamp(now), data)
        return result

    async def _finish(self, plan: Plan, run: str, started_at: str, end: End, tasks: tuple[Record, ...]) -> RunResult:
        now = self.surroundings.clock.now()
        seconds = (now - datetime.fromisoformat(started_at)).total_seconds()
        result = RunResult(run, plan.name, end.state, end.outputs, end.error, tasks, round(seconds, 3))
        ended_at = precise_timestamp(now)
        await self.surroundings.store.finish(run, end.state, ended_at, result.as_json())
        ended = {
            key: value for key, value in result.as_json().items() if key in ("state", "outputs", "error", "seconds")
        }
        self.surroundings.tell("run_ended", run, plan.name, ended_at, ended)
        return result


def new_run_id(moment: datetime) -> str:
    """A name for a run that sorts by time and is unique."""
    return f"{moment:%Y%m%d-%H%M%S}-{randomness.token_hex(4)}"


def called_run_id(parent: str, key: str, attempt: int) -> str:
    """The name of a called run: the same when the same call is made again after a crash."""
    return f"{parent}.{hashlib.sha256(f'{key} {attempt}'.encode()).hexdigest()[:8]}"
