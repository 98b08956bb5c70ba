"""Fakes and cases: a scripted world, model servers of every character, a settable clock, and runs held to cases."""

from overture.testing.agreement import Observed, differences, untold
from overture.testing.cases import Answer, Case, Support, find_cases, load_case, read_workspace
from overture.testing.characters import CHARACTERS, Character, Speaker, speaker
from overture.testing.clock import Clock, SettableClock, SystemClock
from overture.testing.expectations import Expectation
from overture.testing.instances import comparable_tasks
from overture.testing.mail import Mail, Mailbox
from overture.testing.models import ModelCall, ModelScript, ScriptedAnswer, ScriptedEntry
from overture.testing.replies import Reply, Request, Route
from overture.testing.shapes import CaseError
from overture.testing.values import JSON
from overture.testing.world import World

__all__ = [
    "CHARACTERS",
    "JSON",
    "Answer",
    "Case",
    "CaseError",
    "Character",
    "Clock",
    "Expectation",
    "Mail",
    "Mailbox",
    "ModelCall",
    "ModelScript",
    "Observed",
    "Reply",
    "Request",
    "Route",
    "ScriptedAnswer",
    "ScriptedEntry",
    "SettableClock",
    "Speaker",
    "Support",
    "SystemClock",
    "World",
    "comparable_tasks",
    "differences",
    "find_cases",
    "load_case",
    "read_workspace",
    "speaker",
    "untold",
]
