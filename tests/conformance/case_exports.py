"""What each backend makes of each workflow of the corpus, as files by name; run as a program, their digests as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from overture.cli.loading import load
from overture.plan.backend import Backend, Export, Gap, backend_names, load_backend
from overture.plan.build import plan
from overture.plan.model import Plan
from overture.testing import find_cases, load_case

CASES = Path(__file__).parents[1] / "cases"
REFUSED = "refused.txt"


@cache
def workflows() -> tuple[Path, ...]:
    """The files that the cases run, each once: several cases may share one."""
    return tuple(sorted({load_case(folder).workflow.resolve() for folder in find_cases(CASES)}))


@cache
def exporting_backends() -> tuple[str, ...]:
    """The installed backends that make files."""
    return tuple(name for name in backend_names() if load_backend(name).suffix is not None)


@cache
def plan_of(workflow: Path) -> Plan:
    """Raises ValueError with the findings of a workflow that is not sound."""
    verdict = load(str(workflow)).verdict
    if verdict.checked is None:
        raise ValueError("; ".join(f"{each.at.line}: {each.message}" for each in verdict.diagnostics))
    return plan(verdict.checked)


@cache
def exported(workflow: Path, name: str) -> Mapping[str, str]:
    """The export, made once."""
    return export(workflow, name)


def export(workflow: Path, name: str) -> Mapping[str, str]:
    """The files of an export, or the one that says why there is none."""
    backend: Backend = load_backend(name)
    made: Export = backend.export(plan_of(workflow), {})
    if made.files:
        return made.files
    return {REFUSED: "".join(said(gap) for gap in made.gaps if gap.severity == "error")}


def said(gap: Gap) -> str:
    """A refusal as a golden holds it."""
    place = f"{gap.workflow or ''}{gap.pointer}"
    return f"{place}: {gap.message}\n" + (f"    help: {gap.help}\n" if gap.help else "")


def goldens(workflow: Path, name: str) -> Path:
    """The folder of the goldens: beside the workflow, by backend."""
    return workflow.parent / name


def digests() -> dict[str, str]:
    """A digest of each export by `case/file backend`."""
    return {
        f"{workflow.relative_to(CASES)} {name}": hashlib.sha256(
            json.dumps(list(exported(workflow, name).items())).encode()
        ).hexdigest()
        for workflow in workflows()
        for name in exporting_backends()
    }


if __name__ == "__main__":
    print(json.dumps(digests()))
