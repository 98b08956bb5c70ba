"""When a workflow starts, in words and as cron and zone; what cron cannot say is named."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from planning import missed

from overture.drafting.planner import plan_request
from overture.drafting.planner.schedules import schedule_at


def _triggers(words: str) -> list[dict[str, Any]]:
    planned = plan_request(f"{words}, run `ls`")
    assert planned.not_understood == ()
    assert planned.document is not None
    found: list[dict[str, Any]] = planned.document["triggers"]
    return found


@pytest.mark.parametrize(
    ("words", "cron", "zone"),
    [
        ("every day at nine", "0 9 * * *", "UTC"),
        ("every weekday at 9am Berlin time", "0 9 * * 1-5", "Europe/Berlin"),
        ("every weekday at 9:30 in New York time", "30 9 * * 1-5", "America/New_York"),
        ("At nine every weekday", "0 9 * * 1-5", "UTC"),
        ("weekdays at 7 Europe/Berlin", "0 7 * * 1-5", "Europe/Berlin"),
        ("every Monday and Thursday at 17:30", "30 17 * * 1,4", "UTC"),
        ("on Mondays, Wednesdays and Fridays at 6 pm UTC", "0 18 * * 1,3,5", "UTC"),
        ("Monday to Friday at 9", "0 9 * * 1-5", "UTC"),
        ("every Monday morning at eight", "0 8 * * 1", "UTC"),
        ("every morning at half past eight", "30 8 * * *", "UTC"),
        ("every evening at 7", "0 19 * * *", "UTC"),
        ("every day at a quarter to nine", "45 8 * * *", "UTC"),
        ("every day at ten past six in the evening", "10 18 * * *", "UTC"),
        ("every day at noon", "0 12 * * *", "UTC"),
        ("every day at midnight", "0 0 * * *", "UTC"),
        ("every day at 12 am", "0 0 * * *", "UTC"),
        ("every day at 12:30 pm", "30 12 * * *", "UTC"),
        ("every day at nine thirty", "30 9 * * *", "UTC"),
        ("every day at 9 o'clock", "0 9 * * *", "UTC"),
        ("every day at 9, 12 and 17 UTC", "0 9,12,17 * * *", "UTC"),
        ("nightly at 2:15", "15 2 * * *", "UTC"),
        ("hourly", "0 * * * *", "UTC"),
        ("every hour on weekdays", "0 * * * 1-5", "UTC"),
        ("every minute", "* * * * *", "UTC"),
        ("every 15 minutes", "*/15 * * * *", "UTC"),
        ("every fifteen minutes on weekdays", "*/15 * * * 1-5", "UTC"),
        ("every 10m", "*/10 * * * *", "UTC"),
        ("every half hour", "*/30 * * * *", "UTC"),
        ("every 120 minutes", "0 */2 * * *", "UTC"),
        ("every 2 hours from 8 to 20", "0 8-20/2 * * *", "UTC"),
        ("every hour between 8am and 6pm", "0 8-18 * * *", "UTC"),
        ("on the 1st and 15th of every month", "0 9 1,15 * *", "UTC"),
        ("on the first of every month at 6:00", "0 6 1 * *", "UTC"),
        ("monthly on the 15th at 10", "0 10 15 * *", "UTC"),
        ("on the 24th of December at 18:00", "0 18 24 12 *", "UTC"),
        ("every year on January 5 at 9", "0 9 5 1 *", "UTC"),
        ("every quarter at 8", "0 8 1 1,4,7,10 *", "UTC"),
        ("once a week on Friday at 16:00", "0 16 * * 5", "UTC"),
        ("every weekend at 10", "0 10 * * 0,6", "UTC"),
        ("every working day at 8:15 Zürich time", "15 8 * * 1-5", "Europe/Zurich"),
        ("every day at 9 (Berlin time)", "0 9 * * *", "Europe/Berlin"),
    ],
)
def test_words_are_one_cron(words: str, cron: str, zone: str) -> None:
    assert _triggers(words) == [{"type": "schedule", "cron": cron, "timezone": zone}]


@pytest.mark.parametrize(
    ("words", "crons"),
    [
        ("every day at 9:00 and 17:30", ["0 9 * * *", "30 17 * * *"]),
        ("every 15 minutes between 9 and 17 on weekdays", ["*/15 9-16 * * 1-5", "0 17 * * 1-5"]),
        ("every day at 9, and every Monday at 7", ["0 9 * * *", "0 7 * * 1"]),
    ],
)
def test_what_one_cron_cannot_say_is_said_by_several(words: str, crons: list[str]) -> None:
    assert [each["cron"] for each in _triggers(words)] == crons


@pytest.mark.parametrize(
    "words",
    [
        "every 45 minutes",
        "every 7 minutes",
        "every 5 hours",
        "every other week",
        "every other Monday",
        "every two days",
        "every 10 seconds",
        "on the first Monday of the month",
        "on the last day of the month",
    ],
)
def test_what_cron_cannot_say_is_named_and_asked_about(words: str) -> None:
    request = f"{words}, run `ls`"
    assert missed(request) == [words]
    planned = plan_request(request)
    assert planned.questions == (f"cron cannot say `{words}`: at which times should it run?",)
    assert planned.document is not None
    assert "triggers" not in planned.document


@pytest.mark.parametrize("zone", ["Eastern time", "EST", "CET", "Pacific time"])
def test_a_zone_that_may_be_several_is_asked_about(zone: str) -> None:
    planned = plan_request(f"every day at 9 {zone}, run `ls`")
    assert [each.text for each in planned.not_understood] == [f"every day at 9 {zone}"]
    assert planned.questions == (f"which time zone is `{zone}`? Name a city: `New York time`",)


def test_what_is_left_open_is_assumed_aloud() -> None:
    assert plan_request("every week, run `ls`").assumptions == (
        "no day was given: it runs on Mondays",
        "no time zone was given: times are UTC",
        "no hour was given: it runs at 09:00",
    )


def test_an_unknown_city_and_an_impossible_time_are_named() -> None:
    assert missed("every day at 9 Bielefeld time, run `ls`") == ["Bielefeld time"]
    assert missed("every day at 25:00, run `ls`") == ["at 25:00"]


def test_a_schedule_stands_at_the_end_of_a_sentence_too() -> None:
    planned = plan_request('Post "Good morning" to Slack every day at 8 Berlin time.')
    assert planned.not_understood == ()
    assert planned.document is not None
    assert planned.document["triggers"] == [{"type": "schedule", "cron": "0 8 * * *", "timezone": "Europe/Berlin"}]


def test_a_schedule_is_found_at_a_place_in_a_text() -> None:
    text = "Please run it every weekday at 9am Berlin time, and tell me."
    found = schedule_at(text, text.index("every"))
    assert found is not None
    assert (found.cron, found.timezone, found.assumptions) == ("0 9 * * 1-5", "Europe/Berlin", ())
    assert text[: found.end].endswith("Berlin time")
    assert schedule_at(text, 0) is None


@pytest.mark.parametrize(
    ("words", "trigger"),
    [
        ("When an order arrives by webhook", {"type": "webhook", "key": "HOOK_KEY"}),
        ("Whenever the webhook is called", {"type": "webhook", "key": "HOOK_KEY"}),
        (
            "After the workflow nightly_sales fails",
            {"type": "after", "workflow": "nightly_sales", "states": ["failed"]},
        ),
        (
            "When the workflow nightly_sales finishes",
            {"type": "after", "workflow": "nightly_sales", "states": ["succeeded", "failed"]},
        ),
    ],
)
def test_a_workflow_is_started_by_what_the_words_say(words: str, trigger: dict[str, Any]) -> None:
    assert _triggers(words) == [trigger]


def test_a_webhook_and_a_schedule_do_not_mix() -> None:
    request = "When an order arrives by webhook, every day at nine UTC, run `ls`"
    assert missed(request) == ["every day at nine UTC"]
