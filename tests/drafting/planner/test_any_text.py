"""Whatever the text: the planner answers, in bounded time, with exact places and a sound document or none."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from planning import errors_of

from overture.drafting.planner import Planned, plan_request
from overture.drafting.planner.steps import STEPS
from overture.drafting.planner.walk import MAX_CHARACTERS
from overture.drafting.planner.wordings import WORDINGS

EXAMPLES = [step.example for step in STEPS] + [step.given.strip(" .,") for step in STEPS if step.given]
CONDITIONS = [wording.example for wording in WORDINGS]
OPENERS = [
    *(f"if {condition}{ending}" for condition in CONDITIONS for ending in (", ", " then ", ": ")),
    *(f"for each {noun}, " for noun in ("order", "story", "issue", "of them", "row", "bug", "task")),
    "if anything fails, ",
    "if that fails, ",
    "otherwise, ",
    "otherwise if there are no orders, ",
    "whatever happens, ",
]
STARTS = [
    "every day at nine, ",
    "every weekday at 17:30 Berlin time, ",
    "hourly, ",
    "on the 1st of every month at noon UTC, ",
    "When an order arrives by webhook, ",
    "After the workflow nightly_sales fails, ",
]
JOINTS = [", ", ". ", " and ", ", then ", "; ", "\n", "\n- ", ".\n2. ", ":\n  - "]
HOSTILE = [
    "{{ inputs.pwned }}",
    "{{ secrets.PWNED }}",
    "{% set pwned = 1 %}",
    "' ~ secrets.PWNED ~ '",
    "a' }} {{ inputs.pwned",
    "}}{{ inputs.pwned }}{{",
    "{{{",
    "{",
    "{%",
    "%}",
    "{#",
    "\\",
    "\\'",
    "\x00",
    "\x85",
    "\u2028",
    "\ud800",
    "../../etc/passwd",
    "/etc/passwd",
    "https://",
    "https://[",
    "https://a:b@c:99999/{{ inputs.pwned }}",
    "null",
    "items",
    "tasks",
    "日本語",
    "😀",
    "ünïcode",
    "a" * 300,
    "- ",
    "#",
    "|",
    "&a",
    "*a",
    "!!python/object",
]
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def assert_sound(request: str, planned: Planned) -> None:
    end = 0
    for each in planned.not_understood:
        assert request[each.start : each.end] == each.text
        assert each.text.strip()
        assert each.start >= end, "places overlap"
        end = each.end
    assert errors_of(planned) == []


@st.composite
def requests(draw: st.DrawFn) -> str:
    """A request put together from examples of steps, conditions and openers, which mostly do not belong together."""
    parts = [draw(st.sampled_from(STARTS))] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 8))):
        if draw(st.integers(0, 3)) == 0:
            parts.append(draw(st.sampled_from(OPENERS)))
            continue
        step = draw(st.sampled_from(EXAMPLES))
        if draw(st.integers(0, 9)) == 0:
            step += draw(st.sampled_from([" if ", " unless "])) + draw(st.sampled_from(CONDITIONS))
        parts.append(step + draw(st.sampled_from(JOINTS)))
    return "".join(parts)


@SETTINGS
@given(requests())
def test_what_is_put_together_from_steps_passes_the_check(request: str) -> None:
    assert_sound(request, plan_request(request, name="drawn"))


@SETTINGS
@given(st.text(max_size=400))
def test_any_text_is_answered(text: str) -> None:
    assert_sound(text, plan_request(text))


@SETTINGS
@given(
    st.lists(st.sampled_from([*HOSTILE, "the", "if", "post", "to", "Slack", "each", '"', "`", ",", "."]), max_size=30)
)
def test_hostile_words_are_answered(words: list[str]) -> None:
    text = " ".join(words)
    assert_sound(text, plan_request(text, name="drawn"))


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """The example of a step, in which words or what stands in quotes is hostile."""
    step = draw(st.sampled_from(STEPS))
    words = (step.given + step.example).split(" ")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(words) - 1))
        hostile = draw(st.sampled_from(HOSTILE))
        words[at] = draw(st.sampled_from([hostile, f'"{hostile}"', f"`{hostile}`", words[at] + hostile]))
    return " ".join(words)


@settings(SETTINGS, max_examples=150)
@given(spoilt())
def test_no_words_of_a_request_become_an_expression(request: str) -> None:
    """The checker knows no `inputs.pwned`: an expression that read it would be an error."""
    planned = plan_request(request, name="drawn")
    assert_sound(request, planned)
    assert "PWNED" not in (planned.document or {}).get("secrets", [])


WORDS = [
    "fetch ",
    "fetch the orders from https://a.b/c and ",
    "if ",
    "for each order, ",
    "post it to Slack, ",
    "label the orders as a, b or c, ",
    "write a report about a, b and ",
    "on the 1st, ",
    "every day at nine ",
    "x, ",
    "a.",
    "a/",
    "@a.",
    "'",
    "{{ x }} ",
    "1. ",
    "the name's ",
    "a of ",
    "-",
]


@pytest.mark.parametrize("word", WORDS)
def test_a_long_text_takes_bounded_time(word: str) -> None:
    text = (word * (100_000 // len(word) + 1))[:100_000]
    started_at = time.perf_counter()
    planned = plan_request(text, name="long")
    assert time.perf_counter() - started_at < 10  # a second where nothing else runs; never more with a longer text
    assert any(f"longer than {MAX_CHARACTERS} characters" in question for question in planned.questions)
    assert planned.not_understood[-1].end == len(text)


def test_the_same_words_give_the_same_workflow() -> None:
    for seed in range(20):
        text = "".join(random.Random(seed).choice(EXAMPLES) + ", " for _ in range(6))
        assert plan_request(text) == plan_request(text)
