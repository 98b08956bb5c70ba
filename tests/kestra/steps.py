"""Runs a script of a flow as Kestra does: laid in an empty folder beside its input files, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from overture_kestra.flow_scripts import schema_parts
from overture_kestra.scripts.assembly import assemble


@dataclass(frozen=True, slots=True)
class Step:
    """What a step told: its outputs (`vars` in the flow), whether it succeeded, what it logged."""

    outputs: Mapping[str, Any]
    is_good: bool
    log: str
    folder: Path = field(repr=False)

    @property
    def error(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.outputs["error"])
        return found


def run_step(name: str, files: Mapping[str, Any], folder: Path, env: Mapping[str, str] | None = None) -> Step:
    """Beside it lie the scripts that a flow with this step alone would carry. Files that are no text are written as
    JSON."""
    roots = {name: [""]}
    if name == "computed":
        roots = {name: re.findall(r"compute|mapped", files["values.py"])}
    for script, text in assemble(roots, set(asked_for(name, files))).texts.items():
        (folder / f"{script}.py").write_text(text, "utf-8")
    for path, content in files.items():
        (folder / path).write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    main = "values" if name == "computed" else name
    environment = {"PATH": os.environ["PATH"], "LEAKED": "from the worker", **(env or {})}
    done = subprocess.run(
        [sys.executable, f"{main}.py"], cwd=folder, capture_output=True, text=True, encoding="utf-8", env=environment
    )
    outputs: dict[str, Any] = {}
    lines = []
    for line in done.stdout.splitlines():
        if line.startswith("::{") and line.endswith("}::"):
            outputs |= json.loads(line[2:-2])["outputs"]
        else:
            lines.append(line)
    return Step(outputs, done.returncode == 0, "\n".join([*lines, done.stderr]), folder)


def asked_for(name: str, files: Mapping[str, Any]) -> Iterator[str]:
    """What a step's input files ask its script for."""
    for content in files.values():
        if isinstance(content, dict):
            yield from (f"{name}.{key}" for key in content)
            yield from schema_parts(content.get("returns"))
