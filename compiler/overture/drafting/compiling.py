"""`compile`: a request to a workflow that passed the check, by a model or by the built-in planner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from overture.checks.verdict import Checked, check
from overture.diagnostics.model import Diagnostic
from overture.drafting.conversation import Client
from overture.drafting.drafts import Usage, draft
from overture.drafting.planner import NotUnderstood, plan_request
from overture.language.reading import Reading, read
from overture.language.writing import write, write_data

Planner = Literal["model", "builtin"]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What became of a request. `is_done`: `checked` is there and every word of the request was understood; otherwise
    `text` is what there is (None when there is nothing) and `diagnostics`, `not_understood` and `problems` say why."""

    is_done: bool
    planner: Planner
    name: str | None
    text: str | None
    checked: Checked | None
    understanding: str
    assumptions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    problems: tuple[str, ...] = ()
    rounds: int = 0
    usage: Usage | None = None


def compile_by_model(request: str, client: Client, *, name: str | None = None) -> Compiled:
    """Let a model draft the workflow, under the checker. Raises DraftingError when no answer can be had."""
    made = draft(request, client, lambda text: check(_reading(text, name)).diagnostics, name=name)
    name = name or str(made.document.get("name") or "") or None
    reading = _reading(made.text, name)
    verdict = check(reading)
    return Compiled(
        is_done=made.is_sound and verdict.checked is not None,
        planner="model",
        name=reading.workflow.name if reading.workflow else name,
        text=made.text,
        checked=verdict.checked if made.is_sound else None,
        understanding=made.understanding,
        assumptions=made.assumptions,
        questions=made.questions,
        diagnostics=verdict.diagnostics,
        problems=tuple(f"{each.pointer}: {each.message}" for each in made.misfits),
        rounds=made.rounds,
        usage=made.usage,
    )


def compile_by_words(request: str, *, name: str | None = None) -> Compiled:
    """Read the request with the built-in planner: deterministic, no model, no network. Words that it does not
    understand are named, and the workflow that lacks them is not done."""
    planned = plan_request(request, name=name)
    if planned.document is None:
        return Compiled(
            False,
            "builtin",
            name,
            None,
            None,
            planned.understanding,
            planned.assumptions,
            planned.questions,
            planned.not_understood,
        )
    name = str(planned.document["name"])
    text = write_data(planned.document)
    reading = _reading(text, name)
    if reading.workflow is not None:
        text = write(reading.workflow)
        reading = _reading(text, name)
    verdict = check(reading)
    return Compiled(
        is_done=verdict.checked is not None and not planned.not_understood,
        planner="builtin",
        name=reading.workflow.name if reading.workflow else name,
        text=text,
        checked=verdict.checked,
        understanding=planned.understanding,
        assumptions=planned.assumptions,
        questions=planned.questions,
        not_understood=planned.not_understood,
        diagnostics=verdict.diagnostics,
    )


def _reading(text: str, name: str | None) -> Reading:
    return read(text, f"{name or 'draft'}.flow.yaml")
