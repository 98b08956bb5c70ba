"""How long it takes to check a big workflow, beside a bare parse of its YAML."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from measure import Row, alternating, run_program
from start import PROGRAM
from workflows import mixed

_BARE = "import sys, yaml; yaml.load(open(sys.argv[1], encoding='utf-8'), yaml.CSafeLoader)"


def measure(folder: Path, runs: int, tasks: int) -> Iterator[Row]:
    """`overture check` of a workflow of so many tasks, and a process that only loads the file with libyaml."""
    big = folder / "big.flow.yaml"
    big.write_text(mixed(tasks), encoding="utf-8")
    check = [str(PROGRAM), "check", "--strict", str(big)]
    bare = [sys.executable, "-c", _BARE, str(big)]
    timed = alternating({"check": partial(run_program, check), "bare": partial(run_program, bare)}, runs)
    name, against = f"check of {tasks:,} tasks ({big.stat().st_size:,} bytes)", "yaml.CSafeLoader, the same file"
    seconds, bare_seconds = timed.median("check"), timed.median("bare")
    yield Row("check", name, seconds, "s", against, bare_seconds, timed.ratio("check", "bare"), runs)
    rate, bare_rate = tasks / seconds, tasks / bare_seconds
    yield Row("check", "the same", rate, "tasks/s", against, bare_rate, timed.ratio("bare", "check"), runs)
