"""Data becomes a workflow, or findings about its shape: each mistake once, at the smallest place, in our words.

pydantic judges; `faults` leads back to the document what it found. What pydantic cannot say (keys that exclude one
another, names that mean something else) stands in `agreement`.
"""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_core import to_json

from overture.diagnostics.model import Diagnostic
from overture.diagnostics.sources import Source
from overture.language import phrases
from overture.language.agreement import disagreements
from overture.language.rules.shape.unknown_version import RULE as UNKNOWN_VERSION
from overture.language.rules.shape.wrong_type import RULE as WRONG_TYPE
from overture.language.workflow import Json, Workflow

VERSION = 1
"""Of the language."""


def judge(data: Json, source: Source) -> tuple[Workflow | None, list[Diagnostic]]:
    """The workflow that the data is, or None and why it is none, in the order of the file."""
    if not isinstance(data, dict):
        words = phrases.type_of(data)
        found = WRONG_TYPE.at(
            source.span("", *_beginning(source)),
            f"a workflow must be an object, is {words}",
            help="it begins with `overture: 1`",
        )
        return None, [found]
    if "overture" in data and not _is_version(data["overture"]):
        shown = phrases.shown(data["overture"])
        at = source.value("/overture")
        return None, [UNKNOWN_VERSION.at(at, f"{shown} is no version of the language", help="write `overture: 1`")]
    workflow, findings = _validate(data, source)
    findings += disagreements(data, source)
    findings.sort(key=lambda each: (each.at.line, each.at.column, each.code))
    return (None if findings else workflow), findings


def _is_version(value: Json) -> bool:
    return value == VERSION and not isinstance(value, bool)


def _beginning(source: Source) -> tuple[int, int]:
    place = source.places.get("")
    return (place.start, min(place.end, place.start + 1)) if place else (0, 0)


def _validate(data: dict[str, Json], source: Source) -> tuple[Workflow | None, list[Diagnostic]]:
    try:
        # As JSON: there a list is a tuple, and strict is strict. The names that stand for Python's words (`in_`) are
        # ours, not the document's.
        return Workflow.model_validate_json(to_json(data), by_alias=True, by_name=False), []
    except ValidationError as error:
        from overture.language.faults import findings_of

        return None, findings_of(error, data, source)
