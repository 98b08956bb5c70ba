from __future__ import annotations

import pytest

from overture.drafting.facts import MAX_FACTS, facts_in, lost, schedules_in


@pytest.mark.parametrize(
    ("request_text", "facts"),
    [
        ("Read https://example.com/a?b=c, then stop.", ["https://example.com/a?b=c"]),
        ("See (https://example.com/a).", ["https://example.com/a"]),
        ("Mail ops@acme.example and ops@acme.example.", ["ops@acme.example"]),
        ('Post "all good" to “Ops Room” and `main`', ["all good", "Ops Room", "main"]),
        ("More than 250 items, or 12.5 percent, or 1,000 euros", ["250", "12.5", "1,000"]),
        ("At 9am, at 14:30, on the 22nd, v1.20.3, on 2026-01-31, at 10 pm, twice in 3 days, #1234", []),
    ],
)
def test_what_is_said_literally_is_found(request_text: str, facts: list[str]) -> None:
    assert [fact.text for fact in facts_in(request_text)] == facts


def test_a_fact_knows_where_it_stands() -> None:
    request = 'Post "all good" to https://example.com/a'
    assert [request[fact.start : fact.end] for fact in facts_in(request)] == ['"all good"', "https://example.com/a"]


def test_only_so_many_facts_are_looked_for() -> None:
    assert len(facts_in(" ".join(f"a{number}@acme.example" for number in range(99)))) == MAX_FACTS


def test_the_words_that_a_task_cites_do_not_count() -> None:
    facts = facts_in("at most 250 for ops@acme.example")
    assert lost(facts, {"tasks": [{"source": "at most 250 for ops@acme.example"}]}, []) == facts
    assert lost(facts, {"limit": 250, "to": "ops@acme.example"}, []) == []
    assert lost(facts, {"limit": 2500}, ["OPS@acme.example is not used"]) == facts[:1]


def test_words_that_say_when_are_read_for_the_model() -> None:
    request = "Every weekday at 9am Berlin time, and on Sundays at 22:30 Tokyo time, tell #ops"
    assert [(words, schedule.cron, schedule.timezone) for words, schedule in schedules_in(request)] == [
        ("Every weekday at 9am Berlin time", "0 9 * * 1-5", "Europe/Berlin"),
        ("on Sundays at 22:30 Tokyo time", "30 22 * * 0", "Asia/Tokyo"),
    ]


def test_words_that_leave_the_zone_open_are_left_to_the_model() -> None:
    assert schedules_in("Every weekday at 9am (our office is in Lima) tell #ops") == []
