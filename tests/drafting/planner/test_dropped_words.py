"""No word is dropped in silence: one that says something is in the workflow, in what is assumed or asked, or named."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from planning import checked, missed, tasks_of
from test_any_text import SETTINGS, STARTS, requests
from test_steps import given_for

from overture.drafting.planner import plan_request
from overture.drafting.planner.steps import STEPS
from overture.drafting.planner.tokens import tokenize
from overture.drafting.planner.wordings import WORDINGS

ODD = "purple"
REQUESTS = [
    *(step.given + step.example for step in STEPS),
    *(f'{given_for(wording.example)}if {wording.example}, post "yes" to Slack' for wording in WORDINGS),
    *(f"{start}run `ls`" for start in STARTS),
    "When a webhook is called with an order, run `ls`",
    'Fetch the orders from https://a.example.com/o. For each order, log it. Whatever happens, log "done"',
    "Fetch the orders from https://a.example.com/o. For each order with a total over 500 euros, log it",
    'Fetch the orders from https://a.example.com/o. For each order whose state is "open", log it',
    'Fetch the orders from https://a.example.com/o. For each order where the state is "open": log it',
    'Run `ls`, if that fails, log "x", otherwise log "y"',
    'Run `ls`. If anything fails, log "x"',
    "Fetch the orders from https://a.example.com/o and post each to Slack if its total is over 100",
]


def _meant(value: Any) -> Any:
    """A document without what only cites the request."""
    if isinstance(value, dict):
        return {key: _meant(each) for key, each in value.items() if key not in ("source", "description")}
    return [_meant(each) for each in value] if isinstance(value, list) else value


def assert_said(request: str) -> None:
    planned = plan_request(request)
    said = [str(_meant(planned.document)), *planned.assumptions, *planned.questions]
    assert any(ODD in each.lower() for each in (*said, *(each.text for each in planned.not_understood))), request


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_word_more_is_used_or_named_wherever_it_stands(request_: str) -> None:
    for token in tokenize(request_):
        assert_said(f"{request_[: token.start]}{ODD} {request_[token.start :]}")
    assert_said(f"{request_} {ODD}")


@SETTINGS
@given(requests(), st.data())
def test_a_word_more_is_used_or_named_in_what_is_put_together(request: str, data: st.DataObject) -> None:
    token = data.draw(st.sampled_from(tokenize(request)))
    assert_said(f"{request[: token.start]}{ODD} {request[token.start :]}")


def test_what_a_webhook_brings_is_said() -> None:
    planned = plan_request("When a webhook arrives with a GitHub release, download the changelog")
    assert planned.not_understood == ()
    assert planned.understanding.startswith("starts by a webhook with the github release: ")
    assert "what the webhook brings is the GitHub release: its shape is not known" in planned.assumptions


def test_what_holds_for_the_whole_is_said() -> None:
    planned = plan_request("Load https://example.com/news. Retry twice. Time out after 10 minutes.")
    assert planned.understanding.endswith("; 3 attempts of what may be repeated; at most 10m in all")


@pytest.mark.parametrize(
    "words",
    [
        "post some orders to Slack",
        "post both the orders to Slack",
        "never post the orders to Slack",
        "log the each order",
    ],
)
def test_a_small_word_that_tells_some_from_all_is_named(words: str) -> None:
    assert missed(f"Fetch the orders from https://a.example.com/o. {words}.") == [words]


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("./backup.sh", "./backup.sh"),
        ("the script ./tools/back.up/all", "./tools/back.up/all"),
        ("../backup.sh", "../backup.sh"),
        ("/usr/local/bin/backup", "/usr/local/bin/backup"),
        ("scripts/backup.sh", "scripts/backup.sh"),
        ("backup.sh", "./backup.sh"),
    ],
)
def test_a_path_is_one_word_and_may_be_run(words: str, command: str) -> None:
    run, log = tasks_of(f'Run {words}. Log "done".')
    assert (run["kind"], run["command"], log["message"]) == ("shell", [command], "done")
    (run,) = tasks_of(f"Run {words}")
    assert run["command"] == [command]


def test_a_path_in_the_workspace_may_begin_with_a_dot() -> None:
    read, save = tasks_of("Read ./data/a.csv, and save it to ./out/b.csv.")
    assert (read["path"], save["path"]) == ("./data/a.csv", "./out/b.csv")
    checked("Read ./data/a.csv, and save it to ./out/b.csv.")


@pytest.mark.parametrize("words", ["~/backup.sh", "notes.md"])
def test_what_no_system_runs_is_asked_about(words: str) -> None:
    planned = plan_request(f"Run {words}")
    assert [each.text for each in planned.not_understood] == [f"Run {words}"]
    assert planned.questions == (f"`{words}` is no program: which command is meant?",)
