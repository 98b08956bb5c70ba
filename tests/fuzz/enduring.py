"""What is done to each hostile text: read, check, tell, format; nothing may be raised but what is documented.

Times are seconds of this process's own work, so that a busy machine does not count.
"""

from __future__ import annotations

import heapq
import json
import random
import resource
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mutating import STRINGS, expression, mangled, mutated, random_bytes

from overture.checks.verdict import check
from overture.diagnostics.text import render
from overture.expressions.evaluation import ExpressionError, evaluate
from overture.expressions.failures import ExpressionSyntaxError
from overture.expressions.findings import Lookup
from overture.expressions.inference import infer
from overture.expressions.parsing import parse_expression, parse_template
from overture.expressions.tree import Ref
from overture.expressions.types import ANY
from overture.language.formatting import FormattingError, format_text
from overture.language.reading import read

MOST_SECONDS = 2.0
MOST_BYTES = 2_000_000_000
"""Of address space, where the tests set a limit: what needs more is no longer bounded."""


@dataclass
class Endured:
    """How many texts were tried, which crashed, which took longest."""

    count: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def add(self, other: Endured) -> None:
        self.count += other.count
        self.ends += other.ends
        self.crashes += other.crashes
        self.slowest = heapq.nlargest(5, [*self.slowest, *other.slowest])

    def try_(self, act: Callable[[], str], shown: object) -> None:
        started = time.process_time()
        self.count += 1
        try:
            self.ends[act()] += 1
        except (Exception, RecursionError, MemoryError):
            self.crashes.append(f"{shown!r:.2000}\n{traceback.format_exc()[-1500:]}")
        seconds = time.process_time() - started
        if len(self.slowest) < 5 or seconds > self.slowest[-1][0]:
            self.slowest = heapq.nlargest(5, [*self.slowest, (seconds, f"{shown!r:.300}")])


def document(text: str | bytes, path: str, *, formats: bool = True) -> str:
    """Reads and checks a text, tells what was found, formats it; what it came to, in a word."""
    reading = read(text, path)
    verdict = check(reading)
    render(verdict.diagnostics, {path: reading.source.text})
    most_lines = len(reading.source.text.splitlines()) + 2
    for each in verdict.diagnostics:
        assert 1 <= each.at.line <= most_lines, each
    if reading.workflow is None:
        assert any(each.severity == "error" for each in reading.diagnostics), "refused, and nobody says why"
        return "not read"
    if formats:
        try:
            again = read(format_text(reading.source.text, path), path)
        except FormattingError:
            return "not formatted"
        assert again.data == reading.data, "formatted to something else"
    return "accepted" if verdict.checked is not None else "refused"


class _Anything:
    """An environment and a scope in which each name is of unknown type and is one of some values."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def lookup(self, ref: Ref) -> Lookup:
        return Lookup(ANY)

    def read(self, ref: Ref) -> Any:
        return self._value

    def now(self) -> str:
        return "2026-01-31T09:00:00Z"


_VALUES = (None, True, 3, 1.5, "a b", [], [1, "a", None], {"a": [1]}, [{"a": 1}, {"a": 2}], "2026-01-31T09:00:00Z")


def expression_text(text: str, value: Any) -> str:
    """Parses, types and evaluates an expression, alone and in a template."""
    try:
        trees = [parse_expression(text), parse_template(f"x {{{{ {text} }}}} y", keeps_type=False)]
    except ExpressionSyntaxError as error:
        assert 0 <= error.span[0] <= error.span[1] <= len(text) + 10, error.span
        return "no expression"
    scope = _Anything(value)
    try:
        for tree in trees:
            json.dumps(evaluate(infer(tree, scope).tree, scope))
    except ExpressionError:
        return "no value"
    return "a value"


def bounded() -> None:
    """Bounds the memory of this process."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, hard))


Job = tuple[str, int, int]
"""What is tried, the first number and the one after the last."""


def endure(job: Job) -> Endured:
    """A part of the work; at top level, for another process."""
    what, first, last = job
    endured = Endured()
    for number in range(first, last):
        rng = random.Random(f"{what} {number}")
        match what:
            case "expressions":
                text, value = expression(rng), rng.choice(_VALUES)
                endured.try_(lambda text=text, value=value: expression_text(text, value), text)  # type: ignore[misc]
            case "bytes":
                raw, path = random_bytes(rng)
                endured.try_(lambda raw=raw, path=path: document(raw, path), raw)  # type: ignore[misc]
            case "mangled":
                raw, path = mangled(rng)
                endured.try_(lambda raw=raw, path=path: document(raw, path, formats=len(raw) % 4 == 0), raw)  # type: ignore[misc]
            case "mutated":
                text, path = mutated(rng)
                endured.try_(lambda text=text, path=path: document(text, path, formats=False), text)  # type: ignore[misc]
    return endured


__all__ = ["MOST_SECONDS", "STRINGS", "Endured", "Job", "bounded", "document", "endure", "expression_text"]
