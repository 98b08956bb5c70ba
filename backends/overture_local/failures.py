"""How a task, a run, and the wish for a run can fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from overture.expressions.types import Json

ErrorType = Literal[
    "http", "timeout", "returns", "exit", "exception", "expression", "fail", "assert", "item", "refused", "error"
]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task failed (language.md 4). `task` is the id of the task that failed, None for the run itself. `origin`:
    for a block, the failure inside that is its cause. `outputs`: what a failed task still has (a shell's exit_code).
    `help`: what whoever started the run can do; it is told, not kept."""

    type: ErrorType
    message: str
    task: str | None = None
    origin: Failure | None = None
    outputs: Mapping[str, Json] = field(default_factory=dict, compare=False, hash=False)
    help: str | None = field(default=None, compare=False)

    @property
    def root(self) -> Failure:
        """The first failure of all: what the run reports."""
        return self.origin.root if self.origin is not None else self

    def of(self, task: str) -> Failure:
        """This failure as that of the task."""
        return replace(self, task=task)

    def as_json(self) -> dict[str, Json]:
        return {"type": self.type, "message": self.message, "task": self.task}


class TaskFailed(Exception):
    """Ends an attempt. Raised by the kinds of task, and by a block whose tasks failed. `is_final`: another attempt
    could only end so too, since it is this run that does not allow it."""

    def __init__(
        self,
        type: ErrorType,
        message: str,
        *,
        outputs: Mapping[str, Json] | None = None,
        origin: Failure | None = None,
        help: str | None = None,
        is_final: bool = False,
    ) -> None:
        super().__init__(message)
        self.failure = Failure(type, message, origin=origin, outputs=outputs or {}, help=help)
        self.is_final = is_final


class RunRefused(Exception):
    """A run that is not started: nothing was recorded, nothing was touched. `help` says what to do."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class NotDue(RunRefused):
    """A trigger whose `when` is false, or a full concurrency limit that skips: there is to be no run, and that is no
    error."""
