"""The local executor: runs a plan here, as the reference for what the language means."""

from __future__ import annotations

from overture_local.approvals import Approval, Question, answer, questions
from overture_local.backend import LocalBackend, backend
from overture_local.clock import Clock, SystemClock
from overture_local.failures import Failure, NotDue, RunRefused
from overture_local.frames import Record
from overture_local.limits import Limits
from overture_local.request import TRIGGER_DATA, Cancellation, RunRequest, RunResult
from overture_local.run import execute, execute_resumed, resume, run
from overture_local.store import Event, RunHeld, RunRow, Store, StoreError

__all__ = [
    "TRIGGER_DATA",
    "Approval",
    "Cancellation",
    "Clock",
    "Event",
    "Failure",
    "Limits",
    "LocalBackend",
    "NotDue",
    "Question",
    "Record",
    "RunHeld",
    "RunRefused",
    "RunRequest",
    "RunResult",
    "RunRow",
    "Store",
    "StoreError",
    "SystemClock",
    "answer",
    "backend",
    "execute",
    "execute_resumed",
    "questions",
    "resume",
    "run",
]
