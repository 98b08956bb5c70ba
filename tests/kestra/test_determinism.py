"""The same workflow gives the same bytes, whatever the seed of Python's hashes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).parents[1] / "cases"
ROOTS = [str(Path(__file__).parents[2] / name) for name in ("compiler", "backends", "schemas", "prompts")]
WORKFLOWS = [
    CASES / "issue_triage" / "issue_triage.flow.yaml",
    CASES / "release_aftermath" / "release_aftermath.flow.yaml",
    CASES / "blocks_take_only_so_long" / "in_time.flow.yaml",
]
PROGRAM = """
import hashlib, pathlib, sys
from overture.checks import check
from overture.language.reading import read
from overture.plan.build import plan
from overture_kestra import backend

for name in sys.argv[1:]:
    file = pathlib.Path(name)
    beside = lambda other: read((file.parent / f"{other}.flow.yaml").read_text(), other)
    found = backend.export(plan(check(read(file.read_text(), file.name), find=beside).checked), {})
    print(file.name, hashlib.sha256(repr(sorted(found.files.items())).encode()).hexdigest())
"""


def exported(python: str, seed: str) -> subprocess.CompletedProcess[str]:
    packages = ":".join([*ROOTS, *(path for path in sys.path if path.endswith("site-packages"))])
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": packages}
    command = [python, "-c", PROGRAM, *map(str, WORKFLOWS)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wanted() -> str:
    done = exported(sys.executable, "0")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("seed", ["1", "4242", "random"])
def test_the_seed_of_hashes_changes_nothing(seed: str, wanted: str) -> None:
    assert exported(sys.executable, seed).stdout == wanted
