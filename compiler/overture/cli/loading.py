"""From a path to a verdict, with the workflows that stand beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from overture.checks.analysis import Find
from overture.checks.verdict import Verdict, check
from overture.cli.console import show, tell, wants_color
from overture.cli.exits import FAILED
from overture.cli.files import ENDINGS, STDIN, read_bytes
from overture.diagnostics.model import Diagnostic
from overture.language.reading import Reading, read
from overture.plan.build import plan as build_plan
from overture.plan.model import Plan

SHOWN_STDIN = "<stdin>"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file that was read and checked. `texts`: what was read, by path, with the workflows that it calls."""

    path: str
    reading: Reading
    verdict: Verdict
    texts: dict[str, str]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self.verdict.diagnostics


def load(path: str, content: bytes | None = None) -> Loaded:
    """Read and check one file. Raises OSError when it cannot be opened."""
    shown = SHOWN_STDIN if path == STDIN else path
    reading = read(read_bytes(path) if content is None else content, shown)
    texts = {shown: reading.source.text}
    verdict = check(reading, _beside(path, texts))
    return Loaded(shown, reading, verdict, texts)


def load_sound(path: str, *, quiet: bool, no_color: bool) -> tuple[Loaded, Plan]:
    """The plan of a file; findings are shown on stderr, and an error among them ends the command with 1."""
    loaded = load(path)
    color = wants_color(no_color, err=True)
    shown = [
        each for each in loaded.diagnostics if each.severity == "error" or (each.severity == "warning" and not quiet)
    ]
    show(shown, loaded.texts, color=color)
    if loaded.verdict.checked is None:
        tell(f"`{loaded.path}` is not sound: nothing was done")
        raise click.exceptions.Exit(FAILED)
    return loaded, build_plan(loaded.verdict.checked)


def _beside(path: str, texts: dict[str, str]) -> Find | None:
    """Finds a workflow by name among the files of the same folder (language.md 5, `call`)."""
    if path == STDIN:
        return None
    folder = Path(path).parent

    @cache
    def find(name: str) -> Reading | None:
        for candidate in _candidates(folder, name):
            reading = read(candidate.read_bytes(), str(candidate))
            if reading.workflow is not None and reading.workflow.name == name:
                texts[str(candidate)] = reading.source.text
                return reading
        return None

    return find


def _candidates(folder: Path, name: str) -> list[Path]:
    """The files that may hold a workflow: the one of its name first; of the others those that mention the name."""
    files = sorted(each for each in folder.iterdir() if each.name.endswith(ENDINGS) and each.is_file())
    own = [each for each in files if each.name in {f"{name}{ending}" for ending in ENDINGS}]
    return own + [each for each in files if each not in own and name.encode() in each.read_bytes()]
