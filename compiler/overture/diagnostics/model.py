"""What a finding is. Facts only; the words for people and the JSON of the contract are made from it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class At:
    """A place in a file: lines and columns from 1, columns count characters, the end is exclusive. `pointer` is the
    JSON pointer of the value (or of the key's value) that holds the place."""

    path: str
    pointer: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Related:
    message: str
    at: At


@dataclass(frozen=True, slots=True)
class Change:
    """Replace what stands `at` by `text`."""

    at: At
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A mend that is certainly right."""

    description: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake, once. `code` is stable (OV…), `rule` its name; `message` says what is wrong, `help` what to do."""

    code: str
    rule: str
    severity: Severity
    message: str
    at: At
    help: str | None = None
    related: tuple[Related, ...] = ()
    edit: Edit | None = None


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(each.severity == "error" for each in diagnostics)
