"""The public functions: English to a workflow, a workflow to a verdict, a plan, files, a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overture.checks.verdict import Checked, Verdict
from overture.checks.verdict import check as check_reading
from overture.language.reading import read
from overture.plan.backend import Export, load_backend
from overture.plan.build import plan
from overture.plan.model import Plan

if TYPE_CHECKING:
    from overture.drafting.compiling import Compiled
    from overture.drafting.conversation import Client
    from overture_local import RunResult

__all__ = ["Checked", "Verdict", "check", "compile", "export", "plan", "run"]


def check(document: str | Path) -> Verdict:
    """Check a workflow: a text, or the path of a file (then the workflows beside it are found by `call`).

    Raises OSError when a path cannot be opened; whatever is wrong inside is in the verdict.
    """
    if isinstance(document, Path):
        from overture.cli.loading import load

        return load(str(document)).verdict
    return check_reading(read(document, "<text>"))


def export(plan: Plan, to: str, options: Mapping[str, str] | None = None) -> Export:
    """A target's files for a plan. Raises KeyError for an unknown target."""
    return load_backend(to).export(plan, options or {})


def run(plan: Plan, **request: Any) -> RunResult:
    """Run a plan on the local executor; the keywords are those of `overture_local.RunRequest`."""
    from overture_local import RunRequest
    from overture_local import run as run_plan

    return run_plan(plan, RunRequest(**request))


def compile(request: str, *, client: Client | None = None, name: str | None = None) -> Compiled:
    """Turn a request into a workflow: by a model, when a client is given, else by the built-in planner.

    Raises DraftingError when the model gives no answer.
    """
    from overture.drafting.compiling import compile_by_model, compile_by_words

    return compile_by_model(request, client, name=name) if client else compile_by_words(request, name=name)
