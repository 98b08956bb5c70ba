from __future__ import annotations

import pytest

from overture.drafting.facts import MAX_FACTS, facts_in, lost


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
