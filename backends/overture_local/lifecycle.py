"""A run from its first task to its outputs: body, `on_failure`, `finally`, outputs (language.md 6)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from overture.expressions.evaluation import ExpressionError, evaluate
from overture.expressions.types import Json
from overture.plan.model import Block
from overture_local.clock import deadline
from overture_local.engine import Engine
from overture_local.failures import Failure
from overture_local.frames import Frame
from overture_local.request import Cancellation
from overture_local.scope import RunScope
from overture_local.secrecy import MIN_MASKED_CHARACTERS

State = Literal["succeeded", "failed", "cancelled"]
Phase = Literal["body", "on_failure", "finally", "outputs"]
_PHASES: tuple[Phase, ...] = ("body", "on_failure", "finally", "outputs")


@dataclass(slots=True)
class End:
    """How the run would end now."""

    state: State = "succeeded"
    error: Failure | None = None
    outputs: dict[str, Json] = field(default_factory=dict)


class Lifecycle:
    """Runs one plan to its end. Each phase is recorded when it is entered, so that a resumed run does not fall back
    into an earlier one."""

    def __init__(self, engine: Engine, cancellation: Cancellation) -> None:
        self._engine = engine
        self._plan = engine.plan
        self._root = Frame()
        self._end = End()
        self._running: asyncio.Task[Failure | None] | None = None
        cancellation.listen(self._cancel)
        self._is_cancelled = cancellation.is_requested

    async def run(self) -> End:
        """Raises CancelledError only when the process is to stop: then the run stays as it is, to be resumed."""
        reached = self._resume()
        self._warn_of_short_secrets()
        if reached == "body":
            await self._run_body()
        if _PHASES.index(reached) <= _PHASES.index("on_failure"):
            await self._run_on_failure(is_entered=reached == "on_failure")
        if _PHASES.index(reached) <= _PHASES.index("finally"):
            await self._run_finally(is_entered=reached == "finally")
        if reached != "outputs":
            await self._enter("outputs")
        self._read_outputs()
        return self._end

    def _resume(self) -> Phase:
        data = self._engine.history.phase
        if data is None:
            return "body"
        error = data["error"]
        self._end.state = data["state"]
        self._end.error = None if error is None else Failure(error["type"], error["message"], error["task"])
        self._tell_names()
        for block in (self._plan.body, self._plan.on_failure, self._plan.finally_):
            if block is not None:
                self._engine.restore_block(block, self._root)
        if data["phase"] != "outputs":  # what the phase itself had not ended is run again, its records with it
            block = self._plan.on_failure if data["phase"] == "on_failure" else self._plan.finally_
            for task in block.walk() if block is not None else ():
                self._root.records.pop(task.id, None)
        phase: Phase = data["phase"]
        return phase

    def _warn_of_short_secrets(self) -> None:
        for name, secret in self._engine.names.secrets.items():
            if len(secret.reveal()) < MIN_MASKED_CHARACTERS:
                message = f"secret `{name}` has fewer than {MIN_MASKED_CHARACTERS} characters: it is not masked"
                self._engine.log("warning", message, None, None)

    async def _run_body(self) -> None:
        seconds = self._plan.timeout_seconds

        async def body() -> Failure | None:
            async with deadline(self._engine.clock, seconds, None) as limit:
                return await self._engine.run_block(self._plan.body, self._root.under(limit))

        try:
            failure = await self._until_cancelled(body())
        except TimeoutError:
            self._end.state, self._end.error = "failed", Failure("timeout", f"the run took longer than {seconds:g} s")
        else:
            if failure is not None and self._end.state == "succeeded":
                self._end.state, self._end.error = "failed", failure.root

    async def _run_on_failure(self, *, is_entered: bool) -> None:
        block = self._plan.on_failure
        if block is None:
            return
        if self._end.state != "failed":
            self._engine.record_unrun(block.tasks, self._root, "skipped")
            return
        if not is_entered:
            await self._enter("on_failure")
        await self._run_handler(block)

    async def _run_finally(self, *, is_entered: bool) -> None:
        block = self._plan.finally_
        if block is None:
            return
        if not is_entered:
            await self._enter("finally")
        failure = await self._run_handler(block)
        if failure is not None and self._end.state == "succeeded":
            self._end.state, self._end.error = "failed", failure.root

    async def _run_handler(self, block: Block) -> Failure | None:
        return await self._until_cancelled(self._engine.run_block(block, self._root))

    async def _until_cancelled(self, phase: Coroutine[Any, Any, Failure | None]) -> Failure | None:
        """Run a phase that `_cancel` may cut off: then the run is cancelled."""
        self._running = asyncio.create_task(phase)
        if self._is_cancelled and self._end.state == "succeeded":
            self._running.cancel()
        try:
            return await self._running
        except asyncio.CancelledError:
            ours = asyncio.current_task()
            if ours is not None and ours.cancelling():  # not the run is cancelled, its process is to stop
                await asyncio.gather(self._running, return_exceptions=True)
                raise
            self._end.state, self._end.error = "cancelled", None
            return None
        finally:
            self._running = None

    def _cancel(self) -> None:
        self._is_cancelled = True
        if self._running is not None:
            self._running.cancel()

    async def _enter(self, phase: Phase) -> None:
        self._tell_names()
        error = None if self._end.error is None else self._end.error.as_json()
        await self._engine.record_phase({"phase": phase, "state": self._end.state, "error": error})

    def _tell_names(self) -> None:
        error: Mapping[str, Json] | None = None if self._end.error is None else self._end.error.as_json()
        self._engine.names.run.update(state=self._end.state, error=error)

    def _read_outputs(self) -> None:
        if self._end.state != "succeeded":
            return
        scope = RunScope(self._engine.names, self._root)
        outputs: dict[str, Json] = {}
        for output in self._plan.outputs:
            try:
                outputs[output.name] = evaluate(output.value, scope)
            except ExpressionError as error:
                message = self._engine.masker.text(f"output `{output.name}`: {error}")
                help = self._engine.help_for(error)
                self._end.state, self._end.error = "failed", Failure("expression", message, help=help)
                return
        self._end.outputs = outputs
