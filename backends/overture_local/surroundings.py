"""What the runs of one process share: a run and the workflows that it calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overture.expressions.types import Json
from overture_local.approvals import Desk
from overture_local.clock import Clock
from overture_local.limits import Limits
from overture_local.models import ModelServer
from overture_local.secrecy import Masker
from overture_local.store import Store
from overture_local.web import Web

if TYPE_CHECKING:
    from overture_local.attempt import Attempt

OnEvent = Callable[[Mapping[str, Json]], None]
RunKind = Callable[["Attempt"], Awaitable[Mapping[str, Json]]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`kinds`: what runs each kind of task. `processes`: places for children. `desk`: where runs wait for people.
    `detached`: runs nobody waits for."""

    kinds: Mapping[str, RunKind]
    store: Store
    clock: Clock
    limits: Limits
    masker: Masker
    workspace: Path
    environment: Mapping[str, str]
    web: Web
    models: ModelServer
    processes: asyncio.Semaphore
    desk: Desk
    on_event: OnEvent | None = None
    detached: set[asyncio.Task[Any]] = field(default_factory=set)

    def tell(self, event: str, run: str, workflow: str, time: str, data: Mapping[str, Json] | None = None) -> None:
        """Hand an event to whoever watches."""
        if self.on_event is not None:
            self.on_event({"event": event, "run": run, "workflow": workflow, "time": time, **(data or {})})
