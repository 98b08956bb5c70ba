"""What the checker claims to exclude, in one place: which failures of a run speak against a workflow that it accepted.

language.md 7 claims: no unknown name, no read of what may be missing, types through every expression, conditions that
are boolean. So of the failures of type `expression` each counts, but for these, of which it claims nothing:

- what depends on the value, not on its type (`DATA`): a conversion that fails (`'x' | int`), a number or a date out of
  range, a number that is not whole (2.0 is), a division by what happens to be zero, a result too long,
  the least of an empty list, a row of another header, a pattern or a zone that is data, and texts that are no duration
  or moment
- an item that a list has not, where a warning said so (OV210), and a read in a handler, where one said so (OV208)
- what a field reads that no schema declares (`unknown`): a value of unknown type passes

A failure of type `error` that names an exception of Python is a fault of ours and always counts. All other types
(`fail`, `assert`, `returns`, `exit`, ...) are what workflows are there to deal with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.expressions.tree import Expr, walk
from overture.expressions.types import KINDS, Type

Verdict = Literal["counterexample", "data", "warned", "unknown", "none of ours"]

_DATA = re.compile(
    "|".join(
        (
            r"is no integer$", r"is no number$", r"is no date$", r"the date is out of range", r"there is no time zone",
            r"does not fit into 64 bits", r"is not a finite number", r"the number is too large", r"division by zero",
            r"a negative number has no such power", r"the number of decimals must be", r"the length is negative",
            r"the list is empty", r"the separator is empty", r"the text to replace is empty", r"is too long",
            r"would be longer than", r"nested too deeply", r"the text is not JSON", r"the text is not CSV",
            r"cells, the header has", r"that row 0 lacks", r"the text is not base64", r"the bytes are no UTF-8 text",
            r"the content is not base64", r"half of a surrogate pair", r"is not a duration", r"is not a moment",
            r"a batch holds at least one item", r"there is no unit", r"the pattern", r"integer.*, not a number$",
        )
    )
)  # fmt: skip
_OURS = re.compile(r"[A-Za-z]+(Error|Exception|Exit|Iteration)\b")
_SHORT = re.compile(r"has no item -?\d+, but \d+ in all$|of nothing$")


def judge(
    error: Mapping[str, Any], analysis: Analysis, diagnostics: tuple[Diagnostic, ...], *, in_handler: bool = False
) -> Verdict:
    """What a failure (`task`, `type`, `message`) of a run says of a workflow that was accepted with `diagnostics`."""
    message = str(error["message"])
    if error["type"] == "error" and _OURS.match(message):
        return "counterexample"
    if error["type"] != "expression":
        return "none of ours"
    if _DATA.search(message):
        return "data"
    codes = {each.code for each in diagnostics if _concerns(each, error["task"], analysis)}
    if (_SHORT.search(message) and "OV210" in codes) or (in_handler and "OV208" in codes):
        return "warned"
    if any(_is_unknown(node.type) for tree in _trees(error["task"], analysis) for node in walk(tree)):
        return "unknown"
    return "counterexample"


def _trees(task: str | None, analysis: Analysis) -> Iterator[Expr]:
    for pointer, spot in analysis.spots.items():
        if (spot.owner.id if spot.owner is not None else None) == task:
            yield analysis.typed(pointer)


def _concerns(diagnostic: Diagnostic, task: str | None, analysis: Analysis) -> bool:
    """Whether a finding stands in a field of the task (None: in the outputs)."""
    for pointer, spot in analysis.spots.items():
        if (spot.owner.id if spot.owner is not None else None) == task:
            at = analysis.source.value(pointer)
            if (at.line, at.column) <= (diagnostic.at.line, diagnostic.at.column) <= (at.end_line, at.end_column):
                return True
    return False


def _is_unknown(found: Type) -> bool:
    """Whether of a value, or of the items of a list, nothing is known."""
    return found.kinds >= KINDS or (found.may_be("array") and (found.items is None or _is_unknown(found.items)))
