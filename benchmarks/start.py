"""How long the program takes to start, beside Python itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from measure import Row, alternating, run_program
from workflows import chain

PROGRAM = Path(sys.executable).with_name("overture")


def measure(folder: Path, runs: int) -> Iterator[Row]:
    """`overture --version` and `overture check` of a small file, beside `python -c pass`; processes, wall clock."""
    small = folder / "small.flow.yaml"
    small.write_text(chain(5), encoding="utf-8")
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "overture --version": [str(PROGRAM), "--version"],
        "overture check (5 tasks)": [str(PROGRAM), "check", str(small)],
    }
    timed = alternating({name: partial(run_program, words) for name, words in commands.items()}, runs)
    bare, *ours = commands
    for name in ours:
        yield Row("start", name, timed.median(name), "s", bare, timed.median(bare), timed.ratio(name, bare), runs)
