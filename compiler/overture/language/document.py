"""What a reader of text hands on: the data, where each value stands, and what the text should not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import Place
from overture.language.workflow import Json

MAX_DEPTH = 100
"""Lists and objects inside one another. Real workflows stay below 20; the cap keeps every walk over the data safe from
Python's recursion limit (1,000)."""

MAX_BYTES = 10_000_000
"""A file's size. 10,000 tasks take 1 to 3 MB; 100,000 small ones still fit."""

MAX_VALUES = 1_000_000
"""Values in a file: the place of each is kept. 10,000 tasks hold about 150,000."""

MAX_FINDINGS = 1000
"""Mistakes of a file that are looked at: nobody reads more, and a hostile file could hold a million."""

SPLIT = "split the workflow, and `call` the parts"

MAX_INTEGER = 2**63
"""Integers compute in 64 bits (language.md 2)."""

MAX_EXACT_DOUBLE = 2**53
"""An integral double up to here is the integer."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of a reader: offsets in the text; it becomes a `Diagnostic` when the source is known. `earlier` is the
    span of what it clashes with, `fixed` the text that certainly mends it."""

    rule: Rule
    pointer: str
    start: int
    end: int
    message: str
    help: str | None = None
    earlier: tuple[int, int] | None = None
    earlier_message: str = "it stands here first"
    fixed: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The data of a text and the places of its values, by JSON pointer; empty where the text could not be read."""

    data: Json
    places: Mapping[str, Place]
    findings: list[Finding]


class Unreadable(Exception):
    """Ends the reading of a text: nothing after this finding could be trusted."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def escaped(key: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def shortened(text: str) -> str:
    """A text of the file between backticks, at most 40 characters of it."""
    return f"`{text}`" if len(text) <= 40 else f"`{text[:40]}…`"


def too_many_values() -> str:
    return f"the file holds more than {MAX_VALUES:,} values"


def number_of(text: str) -> int | float | None:
    """The number that a decimal literal means, None where 64 bits or a double cannot hold it.

    2.0 is the integer 2, as it is everywhere in the language.
    """
    if text.lstrip("+-").isdigit():
        if len(text) > 400:  # Python refuses to convert more than 4,300 digits, and 64 bits end at 19
            return None
        integer = int(text)
        return integer if -MAX_INTEGER <= integer < MAX_INTEGER else None
    double = float(text)
    if double in (float("inf"), float("-inf")):
        return None
    return int(double) if double.is_integer() and abs(double) <= MAX_EXACT_DOUBLE else double
