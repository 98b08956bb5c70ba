"""The door: run a plan, or go on with a run that was interrupted."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from overture.expressions.types import Json
from overture.plan.model import Plan
from overture_local.approvals import Desk, questions
from overture_local.calls import Beginning, Caller, new_run_id
from overture_local.failures import RunRefused
from overture_local.gate import HostPattern, Policy, check_policy
from overture_local.kinds import TASKS
from overture_local.models import ModelServer
from overture_local.needs import check_needs, models_of
from overture_local.request import Cancellation, RunRequest, RunResult, start_values
from overture_local.secrecy import Masker, Secret
from overture_local.store import Store, StoreError
from overture_local.surroundings import Surroundings
from overture_local.terms import Terms
from overture_local.transport import MayBePrivate
from overture_local.web import Web

_UNENDED = ("interrupted", "waiting")
_CANCEL_POLL_SECONDS = 0.5  # real time: the wish comes from another process


def run(plan: Plan, request: RunRequest) -> RunResult:
    """Run a plan to its end; an interrupt (SIGINT, SIGTERM) cancels it, `finally` still runs.

    Raises RunRefused when it is not to start, and StoreError."""
    return _at_the_door(request.home, lambda store, cancel: execute(plan, request, store, cancel))


def resume(plan: Plan, run_id: str, request: RunRequest) -> RunResult:
    """Go on with a run whose process ended before it did. `plan` is made of the store's `sources`. Inputs and trigger
    of the request are not looked at: they are in the store, and what the run was allowed is there too.

    Raises RunRefused when it has ended or its plan is another one now, StoreError when somebody runs it."""
    return _at_the_door(request.home, lambda store, cancel: execute_resumed(plan, run_id, request, store, cancel))


async def execute(plan: Plan, request: RunRequest, store: Store, cancellation: Cancellation | None = None) -> RunResult:
    """Like `run`, on the running event loop and an open store."""
    check_supported(plan)
    if request.approve_digest is not None and request.approve_digest != plan.digest:
        raise RunRefused(
            f"the plan's digest is {plan.digest}, not the approved {request.approve_digest}",
            "look at `plan` again, and approve what it says now",
        )
    terms = Terms.of(request.allow_hosts, request.policy, request.workspace)
    async with _caller(plan, request, store, terms) as caller:
        inputs, trigger = start_values(plan, request)
        _check_allowed(plan, caller, inputs)
        masker = caller.surroundings.masker
        beginning = Beginning(
            masker.value(inputs),
            masker.value(trigger),
            trigger.get("scheduled_for"),
            store.previous_success_at(plan.name),
            terms=terms.masked(masker),
        )
        run_id = request.run_id or new_run_id(request.clock.now())
        if store.has(run_id):
            raise StoreError(f"there is a run `{run_id}` already")
        cancel = cancellation or Cancellation()
        with _watching(store, run_id, cancel):
            result = await caller.start(plan, run_id, beginning, cancel, request.sources)
        return await _finished(caller.surroundings, result)


async def execute_resumed(
    plan: Plan, run_id: str, request: RunRequest, store: Store, cancellation: Cancellation | None = None
) -> RunResult:
    """Like `resume`, on the running event loop and an open store."""
    check_supported(plan)
    owned = store.own(run_id)
    try:
        row = store.show(run_id)
        if row.parent is not None:
            raise RunRefused(f"run `{run_id}` was called by run `{row.parent}`", "resume that one")
        left = [each for each in store.called_by(run_id) if each.state in _UNENDED]
        if row.ended_at is not None and not left:
            raise RunRefused(f"run `{run_id}` has ended: it {row.state}")
        if row.digest != plan.digest:
            raise RunRefused(f"run `{run_id}` was started with the plan {row.digest}, this one is {plan.digest}")
        beginning = Beginning.from_json(row.request)
        terms = (beginning.terms or Terms.of()).extended(request.allow_hosts, request.policy, request.workspace)
        async with _caller(plan, request, store, terms) as caller:
            _check_allowed(plan, caller, beginning.inputs)
            beginning = replace(beginning, terms=terms.masked(caller.surroundings.masker))
            store.keep(run_id, beginning.as_json())  # interrupted once more, it goes on with what was given now
            cancel = cancellation or Cancellation()
            if row.ended_at is not None and row.result is not None:
                result = RunResult.from_json(row.result)
            else:
                with _watching(store, run_id, cancel):
                    result = await caller.resume(plan, row, cancel, owned)
            await _resume_called(caller, plan, run_id, cancel)
            return await _finished(caller.surroundings, result)
    finally:
        owned.release()


async def _resume_called(caller: Caller, plan: Plan, run_id: str, cancellation: Cancellation) -> None:
    """Go on with the runs that nobody waited for, which ended with the process that called them."""
    store = caller.surroundings.store
    for row in store.called_by(run_id):
        callee = plan.callees.get(row.workflow)
        if row.state in _UNENDED and callee is not None and callee.digest == row.digest:
            caller.surroundings.desk.open()
            await caller.resume(callee, row, cancellation, store.own(row.run))


def check_supported(plan: Plan) -> None:
    """Raises RunRefused for a kind of task that does not run here, in the plan or in one that it calls."""
    for each in (plan, *plan.callees.values()):
        for task in each.walk():
            if task.kind not in TASKS:
                raise RunRefused(
                    f"`{task.kind}` tasks do not run on the local executor (`{task.id}` of `{each.name}`)",
                    "export the workflow to an engine that has them: see `overture backends`",
                )


@asynccontextmanager
async def _caller(plan: Plan, request: RunRequest, store: Store, terms: Terms) -> AsyncIterator[Caller]:
    plans = (plan, *plan.callees.values())
    check_needs(plans, request.secrets, request.environment)
    declared = (name for each in plans for name in each.secrets)
    secrets = {name: Secret(request.secrets[name]) for name in declared if request.secrets.get(name)}
    approved = _approved(terms.allow_hosts)
    policy = None if terms.policy is None else Policy.of(terms.policy)
    key = request.environment.get("OPENAI_API_KEY", "")
    masker = Masker([*(secret.reveal() for secret in secrets.values()), key])
    web = Web(request.limits, _may_be_private(approved, policy), request.resolve)
    models = ModelServer(request.environment, request.limits)
    desk = Desk(store, request.clock, request.approvals)
    try:
        surroundings = Surroundings(
            TASKS,
            store,
            request.clock,
            request.limits,
            masker,
            terms.open_workspace(),
            request.environment,
            web,
            models,
            asyncio.Semaphore(request.limits.processes),
            desk,
            request.on_event,
        )
        yield Caller(surroundings, secrets, approved, policy)
    finally:
        desk.close()
        await web.close()
        await models.close()


def _check_allowed(plan: Plan, caller: Caller, inputs: Mapping[str, Json]) -> None:
    """Raises RunRefused when the plan names something that the policy does not."""
    policy = caller.policy
    if policy is None:
        return
    check_policy(plan, policy, inputs, caller.secrets)
    for name in sorted(models_of((plan, *plan.callees.values()), caller.surroundings.environment)):
        if policy.models is not None and name not in policy.models:
            raise RunRefused(f"the policy does not allow the model `{name}`")


def _approved(hosts: Iterable[str]) -> tuple[HostPattern, ...]:
    found = []
    for text in hosts:
        try:
            pattern = HostPattern.of(text)
        except ValueError:
            pattern = HostPattern("")
        if not pattern.name or "*" in pattern.name:
            raise RunRefused(f"`{text}` is not a host", "`--allow-host` takes HOST or HOST:PORT")
        found.append(pattern)
    return tuple(found)


def _may_be_private(approved: tuple[HostPattern, ...], policy: Policy | None) -> MayBePrivate:
    named = [*approved, *((policy.hosts or ()) if policy is not None else ())]
    exact = [pattern for pattern in named if "*" not in pattern.name]
    return lambda host, port: any(pattern.fits(host, port) for pattern in exact)


@contextlib.contextmanager
def _watching(store: Store, run_id: str, cancellation: Cancellation) -> Iterator[None]:
    """Hear the wish to cancel that another process wrote into the store."""

    async def watch() -> None:
        while not cancellation.is_requested:
            await asyncio.sleep(_CANCEL_POLL_SECONDS)
            if store.is_cancel_wanted(run_id):
                cancellation.request()

    watcher = asyncio.create_task(watch())
    try:
        yield
    finally:
        watcher.cancel()


async def _finished(surroundings: Surroundings, result: RunResult) -> RunResult:
    """The result, once the runs have ended that a `call` started without waiting for them; nothing else can go on."""
    surroundings.desk.go(-1)
    while surroundings.detached:
        await asyncio.gather(*surroundings.detached, return_exceptions=True)
    if not surroundings.desk.is_closed:
        return result
    return replace(result, questions=tuple(questions(surroundings.store, result.run)))


def _at_the_door(home: Path, start: Any) -> RunResult:
    async def main() -> RunResult:
        cancellation = Cancellation()
        with Store(home) as store, _signals(cancellation):
            work: Coroutine[Any, Any, RunResult] = start(store, cancellation)
            return await work

    return asyncio.run(main())


@contextlib.contextmanager
def _signals(cancellation: Cancellation) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup lets us go on
        numbers.append(signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, cancellation.request)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
