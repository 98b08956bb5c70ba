"""Every step and every wording of a condition is understood whole in its own example, and what comes of it is sound."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from planning import checked, missed

from overture.drafting.planner.steps import STEPS, Step
from overture.drafting.planner.wordings import WORDINGS, Wording


@pytest.mark.parametrize("step", STEPS, ids=[step.example[:60] for step in STEPS])
def test_the_example_of_a_step_is_understood_whole(step: Step) -> None:
    checked(step.given + step.example)


def given_for(example: str) -> str:
    """A request that makes what the example of a condition speaks of."""
    if "page" in example:
        return "Load https://example.com/page, "
    if "approved" in example or "rejected" in example:
        return "Ask me for approval, "
    given = "Fetch the orders from https://example.com/orders, "
    if example in ("so", "the answer is no"):
        return given + "ask AI whether they are late, "
    if "total" in example:
        return given + "extract the total from them, "
    if (
        "it is" in example
        or "order is" in example
        or "its" in example
        or "of the order" in example.replace("orders", "")
    ):
        return given + "for each order, classify it as urgent, bug or slow, "
    return given


@pytest.mark.parametrize("wording", WORDINGS, ids=[wording.example for wording in WORDINGS])
def test_the_example_of_a_condition_is_understood_whole(wording: Wording) -> None:
    checked(f'{given_for(wording.example)}if {wording.example}, post "yes" to Slack')


@pytest.mark.parametrize("step", STEPS, ids=[step.example[:60] for step in STEPS])
def test_a_step_without_what_it_speaks_of_is_named_or_stands_alone(step: Step) -> None:
    """Nothing is made up: with nothing made before, a step is understood by itself or named."""
    for words in missed(step.example):
        assert words.strip()
