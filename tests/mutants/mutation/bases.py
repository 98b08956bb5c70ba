"""The sound workflows that mistakes are put into."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import overture.checks.rules
import overture.language.rules
from overture.checks import check
from overture.diagnostics.model import Diagnostic, has_errors
from overture.diagnostics.pages import page_of
from overture.diagnostics.rules import rules_in
from overture.language.reading import Reading, read, read_file

TESTS = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Base:
    """A workflow, those that stand beside it by name, and what the checker says of it as it is."""

    name: str
    reading: Reading
    beside: dict[str, Reading]
    findings: tuple[Diagnostic, ...]
    as_json: tuple[Diagnostic, ...]
    """What it says of the same data as JSON, which has no comments: mutants are written so."""


def named(readings: list[Reading]) -> dict[str, Reading]:
    return {each.workflow.name: each for each in readings if each.workflow is not None}


def base(name: str, reading: Reading, beside: dict[str, Reading]) -> Base:
    as_json = check(read(json.dumps(reading.data), "base.flow.json"), beside.get).diagnostics
    return Base(name, reading, beside, check(reading, beside.get).diagnostics, as_json)


def in_folder(folder: Path, under: str) -> Iterator[Base]:
    """The workflows of a folder and of those in it, each with its neighbours."""
    for inner in sorted({path.parent for path in folder.rglob("*.flow.*")}):
        files = sorted(path for path in inner.iterdir() if ".flow." in path.name)
        readings = [read_file(str(path)) for path in files]
        beside = named(readings)
        for path, reading in zip(files, readings, strict=True):
            yield base(f"{under}/{path.relative_to(folder)}", reading, beside)


def of_pages() -> Iterator[Base]:
    """What the pages of the rules show instead of the mistake."""
    for package in (overture.language.rules, overture.checks.rules):
        for rule in rules_in(package):
            for number, shown in enumerate(page_of(rule.page).shown("Instead")):
                reading = read(shown.text, f"instead.flow.{shown.language}")
                yield base(f"pages/{rule.name}/{number}", reading, {})


@cache
def bases() -> tuple[Base, ...]:
    """Those of the repository that have no error."""
    found = [*in_folder(TESTS / "cases", "cases"), *in_folder(TESTS / "valid", "valid"), *of_pages()]
    return tuple(each for each in found if not has_errors(each.findings))
