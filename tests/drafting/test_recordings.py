"""What a real model answered, kept and given again: from its answer to a workflow that passed, without a model.

The recordings were made by `overture compile REQUEST --record FILE`; a change of the prompts makes them miss, and then
they are to be recorded anew, never edited.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from overture.drafting.compiling import Compiled, compile_by_model
from overture.drafting.recording import ReplayClient
from overture.plan.build import plan
from overture.plan.model import Plan

FOLDER = Path(__file__).parent / "recordings"
REQUESTS: dict[str, str] = json.loads((FOLDER / "requests.json").read_text(encoding="utf-8"))


def _compiled(name: str) -> tuple[Compiled, Plan]:
    made = compile_by_model(REQUESTS[name], ReplayClient(FOLDER / f"{name}.jsonl"), name=name)
    assert made.checked is not None, made.diagnostics
    return made, plan(made.checked)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_real_models_answer_becomes_a_workflow_that_passes(name: str) -> None:
    made, _ = _compiled(name)
    assert made.is_done
    assert made.rounds <= 2


@pytest.mark.parametrize("name", REQUESTS)
def test_every_step_says_which_words_asked_for_it(name: str) -> None:
    """A task inside a step may leave that to the step."""
    _, built = _compiled(name)
    for task in built.body.tasks:
        assert task.source or task.is_generated


def _hosts(built: Plan) -> dict[str, tuple[str, ...]]:
    return {each.host: each.methods for each in built.effects.hosts}


def test_the_release_story_touches_what_was_asked_and_nothing_else() -> None:
    _, built = _compiled("release_aftermath")
    hosts = _hosts(built)
    assert set(hosts) == {"api.github.com", "api.todoist.com", "canny.io", "secrets.SLACK_WEBHOOK_URL"}
    assert {"GET", "PATCH", "POST"} <= set(hosts["api.github.com"])
    assert built.on_failure is not None
    assert any(task.kind == "ai" for task in built.body.walk())


def test_the_triage_story_starts_when_it_was_asked_to() -> None:
    _, built = _compiled("issue_triage")
    assert [(each.cron, each.timezone) for each in built.triggers] == [("0 9 * * 1-5", "Europe/Berlin")]
    label = next(task for task in built.body.walk() if task.kind == "ai")
    assert {"bug", "feature", "question"} <= set(json.dumps(label.literals["returns"]).replace('"', " ").split())


def test_the_order_story_routes_each_kind_of_order() -> None:
    _, built = _compiled("order_routing")
    assert {"erp.example.com", "fraud.example.com"} <= set(_hosts(built))
    assert [each.type for each in built.triggers] == ["webhook"]
    assert {"branch", "remember"} <= {task.kind for task in built.body.walk()}
