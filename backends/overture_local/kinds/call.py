"""`call`: another workflow's run, with its own place in the store."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from overture.expressions.tree import ObjectOf, Text, constant, references
from overture.expressions.types import Json
from overture.plan.model import Plan
from overture_local.approvals import Suspended
from overture_local.attempt import Attempt
from overture_local.calls import Beginning, called_run_id
from overture_local.failures import NotDue, RunRefused, TaskFailed
from overture_local.request import Cancellation, RunRequest, RunResult, start_values


async def run_call(attempt: Attempt) -> Mapping[str, Json]:
    engine = attempt.engine
    name: str = attempt.literal("workflow")
    plan = engine.plan.callees.get(name)
    if plan is None:
        raise TaskFailed("error", f"there is no plan of `{name}`")
    if engine.caller.depth > engine.limits.call_depth:
        raise TaskFailed("error", f"more than {engine.limits.call_depth} calls inside one another")
    given = attempt.value("inputs") if attempt.has("inputs") else {}
    cancellation = Cancellation()
    created = asyncio.Event()
    work = asyncio.create_task(_run(attempt, plan, given, cancellation, created))
    if not attempt.literal("wait", True):
        await _detach(attempt, work, created)
        return {}
    try:
        result = await asyncio.shield(work)
    except asyncio.CancelledError:
        if not engine.surroundings.desk.is_closed:
            cancellation.request()
        await asyncio.gather(work, return_exceptions=True)
        raise
    if result.state != "succeeded":
        error = result.error
        said = "it was cancelled" if error is None else error.message
        raise TaskFailed("error", f"`{name}` {result.state}: {said}", help=None if error is None else error.help)
    return {"value": dict(result.outputs)}


async def _detach(attempt: Attempt, work: asyncio.Task[RunResult], created: asyncio.Event) -> None:
    """Let a run go on by itself, once it is in the store; the process ends when it has. Raises what keeps it from
    starting."""
    detached, desk = attempt.engine.surroundings.detached, attempt.engine.surroundings.desk
    detached.add(work)
    desk.go(1)

    def ended(work: asyncio.Task[RunResult]) -> None:
        detached.discard(work)
        desk.go(-1)
        error = None if work.cancelled() else work.exception()
        if error is not None and not isinstance(error, Suspended):
            attempt.engine.log("error", f"the run of `{attempt.literal('workflow')}`: {error}", None, None)

    is_created = asyncio.create_task(created.wait())
    await asyncio.wait((work, is_created), return_when=asyncio.FIRST_COMPLETED)
    if not created.is_set():
        is_created.cancel()
        detached.discard(work)
        desk.go(-1)
        await work
    work.add_done_callback(ended)


async def _run(
    attempt: Attempt, plan: Plan, given: Mapping[str, Json], cancellation: Cancellation, created: asyncio.Event
) -> RunResult:
    """Run the callee, or go on with the run of it that a crash interrupted. Raises TaskFailed."""
    engine = attempt.engine
    store = engine.surroundings.store
    run = called_run_id(engine.run, attempt.key, attempt.number)
    while store.has(run):
        row = store.show(run)
        if row.state in ("interrupted", "waiting") and row.digest == plan.digest:
            created.set()
            return await engine.caller.resume(plan, row, cancellation, store.own(run))
        if row.result is not None and row.state != "cancelled":
            created.set()
            return RunResult.from_json(row.result)
        run += "x"  # it was cancelled with a caller that was interrupted then
    try:
        inputs, _ = start_values(plan, RunRequest(inputs=given, clock=engine.clock))
        previous = store.previous_success_at(plan.name)
        beginning = Beginning(inputs, {}, None, previous, _data_inputs(attempt))
        return await engine.caller.start(plan, run, beginning, cancellation, {}, engine.run, created.set)
    except NotDue as skipped:
        raise TaskFailed("error", skipped.message) from None
    except RunRefused as refused:
        raise TaskFailed("refused", f"`{plan.name}`: {refused.message}") from None


def _data_inputs(attempt: Attempt) -> tuple[str, ...]:
    """The inputs that read more than constants and our own inputs: what data may choose."""
    tree = attempt.task.fields.get("inputs")
    tree = tree.body if isinstance(tree, Text) else tree
    return tuple(
        str(constant(key))
        for key, value in (tree.entries if isinstance(tree, ObjectOf) else ())
        if any(ref.root != "inputs" for ref in references(value))
    )
