"""From a path to a verdict, with the workflows that stand beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from overture.checks.analysis import Find
from overture.checks.verdict import Verdict, check
from overture.cli.console import complain, print_json, show, worth_showing
from overture.cli.exits import FAILED
from overture.cli.files import ENDINGS, STDIN, is_workflow, read_bytes
from overture.cli.settings import unallowed
from overture.diagnostics.json_form import check_form
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.sources import Source
from overture.language.reading import Reading, read

if TYPE_CHECKING:
    from overture.plan.model import Plan


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file that was read and checked. `called`: the readings of the workflows beside it that were looked up, by
    name."""

    path: str
    content: bytes
    reading: Reading
    verdict: Verdict
    called: dict[str, Reading]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self.verdict.diagnostics

    @property
    def texts(self) -> dict[str, str]:
        """What was read, by path, its own text first."""
        return {each.source.path: each.source.text for each in (self.reading, *self.called.values())}

    @property
    def sources(self) -> dict[str | None, Source]:
        """Where everything stands, by the called workflow's name, None for its own."""
        return {None: self.reading.source, **{name: each.source for name, each in self.called.items()}}


def load(path: str, content: bytes | None = None) -> Loaded:
    """Read and check one file, `-` is stdin; with `content`, as if that stood in it. Raises OSError when it cannot be
    opened."""
    content = read_bytes(path) if content is None else content
    reading = read(content, path)
    called: dict[str, Reading] = {}
    verdict = check(reading, None if path == STDIN else _beside(Path(path), called))
    return Loaded(path, content, reading, verdict, called)


def load_sound(path: str, *, quiet: bool, no_color: bool, format_: str = "text") -> tuple[Loaded, Plan]:
    """The plan of a file; findings are shown on stderr, and an error among them ends the command with 1. Where JSON was
    asked for, the findings are then the one document on stdout, in the shape of `check`."""
    from overture.plan.build import plan as build_plan

    loaded = load(path)
    found = unallowed(loaded.diagnostics)
    show(worth_showing(found, quiet=quiet), loaded.texts, no_color=no_color)
    if loaded.verdict.checked is None:
        if format_ == "json":
            print_json(check_form({path: found}))
        complain(f"`{loaded.path}` is not sound: nothing was done")
        raise click.exceptions.Exit(FAILED)
    return loaded, build_plan(loaded.verdict.checked)


def _beside(path: Path, called: dict[str, Reading]) -> Find:
    """Finds a workflow by name among the files of the same folder (language.md 5, `call`), and notes it."""

    @cache
    def find(name: str) -> Reading | None:
        for candidate in _candidates(path.parent, name):
            reading = read(read_bytes(str(candidate)), str(candidate))
            if reading.workflow is not None and reading.workflow.name == name:
                called[name] = reading
                return reading
        return None

    return find


def _candidates(folder: Path, name: str) -> Iterator[Path]:
    """The files that may hold a workflow: the one of its name first; of the others those that mention the name."""
    own = [folder / f"{name}{ending}" for ending in ENDINGS]
    yield from (each for each in own if is_workflow(each))
    others = sorted(each for each in folder.iterdir() if is_workflow(each))
    yield from (each for each in others if each not in own and name.encode() in read_bytes(str(each)))
