"""What the checker claims to exclude, in one place: which failures of a run speak against a workflow that it accepted.

language.md 7 claims: no unknown name, no read of what may be missing, types through every expression, conditions that
are boolean. So of the failures of type `expression` each counts, but for these, of which it claims nothing:

- what depends on the value, not on its type (`DATA`): a conversion that fails (`'x' | int`), a number or a date out of
  range, a number that is not whole (2.0 is), a division by what happens to be zero, a result too long,
  the least of an empty list, a row of another header, a pattern or a zone that is data, and texts that are no duration
  or moment
- an item that a list has not, where a warning said so (OV210), and a read in a handler, where one said so (OV208)
- what comes of a part that no schema declares (`unknown`): a value of unknown type passes; but only where the message
  may speak of an operation on that part, not for all that its task does

A failure of type `error` that names an exception of Python is a fault of ours and always counts. All other types
(`fail`, `assert`, `returns`, `exit`, ...) are what workflows are there to deal with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from typing import Literal as OneOf

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.expressions.tree import (
    Binary,
    Call,
    Compare,
    Expr,
    Filter,
    Index,
    Key,
    Literal,
    Ref,
    Slice,
    Test,
    Unary,
    children,
    walk,
    written,
)
from overture.expressions.types import Type
from overture.expressions.walking import UNKNOWN_KINDS

Verdict = OneOf["counterexample", "data", "warned", "unknown", "none of ours"]

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
    nodes = [node for tree in _trees(error["task"], analysis) for node in walk(tree)]
    return "unknown" if any(map(_works_on_unknown, _concerned(message, nodes))) else "counterexample"


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


_QUOTED = re.compile(r"`([^`]+)`")
_OF_LISTS = re.compile(r"order|added up|cannot be in|nothing is in|is missing$|not a boolean|^item \d+")


def _concerned(message: str, nodes: list[Expr]) -> list[Expr]:
    """The operations that the message of a failure may speak of: by the names in it, else by what it is about; all
    of them when it tells neither."""
    words = set(_QUOTED.findall(message))
    keys = words.union(*(word.split(".") for word in words))
    found = [each for each in nodes if not words.isdisjoint(_names(each)) or _takes_attribute(each, keys)]
    if _OF_LISTS.search(message):
        found += [each for each in nodes if isinstance(each, (Filter, Compare))]
    return found or nodes


def _names(node: Expr) -> set[str]:
    """What the message of a failure of this node may call it: its operator, filter, key, or the path that it is of."""
    match node:
        case Ref():
            return {written(node) or ""}
        case Key():
            return {written(node.of) or node.key}
        case Index() | Slice():
            return {written(node.of) or ""}
        case Filter() | Test():
            return {node.name, f"is {node.name}", written(node.of) or ""}
        case Call():
            return {node.name}
        case Unary() | Binary():
            return {node.op}
        case Compare():
            return {op for op, _ in node.rest}
    return set()


def _takes_attribute(node: Expr, keys: set[str]) -> bool:
    return isinstance(node, Filter) and any(
        isinstance(value, Literal) and isinstance(value.value, str) and not keys.isdisjoint(value.value.split("."))
        for _, value in node.arguments
    )


def _works_on_unknown(node: Expr) -> bool:
    """Whether nothing is known of what a node reads, or of a value that it takes."""
    reads = (node,) if isinstance(node, (Ref, Key, Index)) else ()
    return any(_holds_unknown(each.type) for each in (*reads, *children(node)))


def _holds_unknown(found: Type) -> bool:
    """Whether of a value, or of the items or the declared properties in it, nothing is known."""
    if len(found.kinds - {"null"}) >= UNKNOWN_KINDS:
        return True
    if found.may_be("array") and (found.items is None or _holds_unknown(found.items)):
        return True
    return found.may_be("object") and any(map(_holds_unknown, found.properties.values()))
