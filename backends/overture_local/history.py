"""What a run had done before it was interrupted, read from its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from overture.expressions.types import Json
from overture_local.frames import Record
from overture_local.store import Event


@dataclass(slots=True)
class History:
    """By the key of a task's instance: `started` with what its start recorded, `ended` with its record, `failed` its
    failed attempts, `opened` what a block decided (the items of a loop, the case taken), `rounds` the last round of a
    repeat and whether it was the last one needed, `asked` what a person was asked. `phase` is the last phase of the run
    that was entered."""

    started: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    ended: dict[str, Record] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    opened: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    rounds: dict[str, tuple[int, bool]] = field(default_factory=dict)
    asked: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    phase: Mapping[str, Json] | None = None
    log_bytes: int = 0

    @classmethod
    def of(cls, events: Iterable[Event]) -> History:
        history = cls()
        for event in events:
            key, data = event.key, event.data
            if event.kind == "task_started":
                history.started[key] = data
            elif event.kind in ("task_ended", "generated_task_ended"):
                history.ended[key] = Record.from_json(data)
            elif event.kind == "attempt_failed":
                history.failed[key] = data["attempt"]
            elif event.kind == "block_opened":
                history.opened[key] = data
            elif event.kind == "round_ended":
                history.rounds[key] = (data["round"], data["is_last"])
            elif event.kind == "approval_asked":
                history.asked[key] = data
            elif event.kind == "phase":
                history.phase = data
            elif event.kind == "log":
                history.log_bytes += len(data["message"])
        return history

    def completed(self, key: str) -> Record | None:
        """The record of an instance that need not run again. One that was cut off is no such thing."""
        record = self.ended.get(key)
        return None if record is None or record.state == "cancelled" else record

    def is_in_flight(self, key: str) -> bool:
        return key in self.started and self.completed(key) is None
