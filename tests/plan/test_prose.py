# ruff: noqa: E501 - a row and its sentence stand on one line
"""The sentences of `overture explain FILE`."""

from __future__ import annotations

import textwrap

import pytest

from overture.checks import check
from overture.language.reading import read
from overture.plan.build import plan
from overture.plan.prose import story
from overture.plan.prose.starts import times
from overture.plan.prose.words import lasting

HEAD = "overture: 1\nname: example\n"


def told(document: str) -> str:
    verdict = check(read(HEAD + textwrap.dedent(document), "example.flow.yaml"))
    assert verdict.checked is not None, [each.message for each in verdict.diagnostics]
    return story(verdict.checked, plan(verdict.checked).effects, width=10_000)


def task(fields: str, before: str = "") -> str:
    """The sentences about the last task of a workflow that has one more."""
    text = told(f"inputs: {{n: {{type: integer, default: 1}}, s: {{type: string, default: a}}}}\n{before}tasks:\n"
                f"  - {{id: one, kind: http, url: 'https://example.com/a', returns: {{type: object, required: [k], properties: {{k: {{type: string}}}}}}}}\n"
                f"  - {{id: two, {fields}}}\n")  # fmt: skip
    paragraph = text.split("\n\n")[2]
    return paragraph.partition("`https://example.com/a`. ")[2]


@pytest.mark.parametrize(
    ("when", "clause"),
    [
        ("inputs.n > 3", "input `n` is more than 3"),
        ("not inputs.n > 3", "input `n` is at most 3"),
        ("inputs.n >= 1 and inputs.s == 'b'", "input `n` is at least 1 and input `s` is “b”"),
        ("inputs.n == 1 and (inputs.s == '' or inputs.n < 9)", "input `n` is 1 and (input `s` is empty or input `n` is less than 9)"),
        ("not (inputs.n == 1 or inputs.s == 'b')", "input `n` is not 1 and input `s` is not “b”"),
        ("inputs.s in ['a', 'b', 'c']", "input `s` is “a”, “b” or “c”"),
        ("inputs.s not in ['a', 'b']", "input `s` is none of “a” and “b”"),
        ("tasks.one.body.k | length > 0", "`k` of the answer of `one` is not empty"),
        ("tasks.one.headers.link is defined", "`link` of `headers` of `one` is there"),
        ("tasks.one.state == 'succeeded'", "the state of `one` is “succeeded”"),
        ("tasks.one.body.k | default('a') == 'a'", "`k` of the answer of `one` is “a” or not there"),
        ("tasks.one.body.k | default('a') > 'b'", "`k` of the answer of `one` is more than “b”"),
        ("not (tasks.one.body.k | default('a') > 'b')", "`k` of the answer of `one` is at most “b” or not there"),
        ("tasks.one.body.k | default(true)", "`k` of the answer of `one` is true or not there"),
        ("inputs.n * 2 > 3", "`inputs.n * 2 > 3` is true"),
        ("not inputs.n * 2 > 3 and inputs.n < 5", "`inputs.n * 2 > 3` is false and input `n` is less than 5"),
    ],
)  # fmt: skip
def test_a_condition_is_told_in_words_or_as_it_is_written(when: str, clause: str) -> None:
    assert task(f'kind: log, message: x, when: "{when}"') == f"Then, if {clause}, `two` logs “x”."


@pytest.mark.parametrize(
    ("fields", "sentences"),
    [
        ("kind: set, values: {a: 1, b: 2}", "Then `two` works out `a` and `b`."),
        ("kind: wait, for: 90s", "Then `two` waits for 1 minute 30 seconds."),
        ("kind: shell, command: [git, log, '{{ inputs.s }}'], timeout: 90s", "Then `two` runs “git log {s}”. An attempt may take 1 minute 30 seconds."),
        ("kind: log, message: x, on_error: continue", "Then `two` logs “x”. If it fails, the run goes on all the same."),
        ("kind: log, message: x, description: Says it.", "Then `two` (Says it) logs “x”."),
        ("kind: log, message: x, needs: []", "At the same time `two` logs “x”."),
        ("kind: ai, prompt: 'Which? {{ inputs.s }}', returns: {enum: [a, b]}", "Then `two` asks a model for one of `a` or `b`: “Which? {s}”."),
        ("kind: http, method: PUT, url: 'https://example.com/{{ inputs.s }}', body: {q: 1}, retry: {attempts: 3, delay: 2s, backoff: exponential}",
         "Then `two` puts to `https://example.com/{s}` with `q`. It is tried up to 3 times, 2 seconds apart at first, then twice as long each time."),
        ("kind: foreach, items: [1, 2], as: x, collect: x + 1", "Then `two` goes through 2 fixed items, each as `x`, and makes a list of `x + 1`."),
    ],
)  # fmt: skip
def test_a_task_is_told_in_a_sentence(fields: str, sentences: str) -> None:
    assert task(fields) == sentences


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 9 * * 1-5", "at 09:00, Monday through Friday"),
        ("30 2 * * *", "every day at 02:30"),
        ("*/15 * * * *", "every 15 minutes"),
        ("0 9 1 * MON", "at 09:00, on day 1 of the month, or on Monday"),
    ],
)
def test_a_schedule_is_told_in_words(cron: str, words: str) -> None:
    assert times(cron) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.5, "0.5 seconds"), (1, "1 second"), (5400, "1 hour 30 minutes"), (172_800, "2 days")]
)
def test_a_duration_is_told_in_words(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def test_a_failure_that_nobody_hears_of_is_said() -> None:
    assert "the run fails; nobody is told." in told("tasks: [{id: a, kind: log, message: x}]")
    handled = told("tasks: [{id: a, kind: log, message: x}]\non_failure: [{id: b, kind: log, message: y}]")
    assert "the run fails, and then:\n- `b` logs “y”." in handled


def test_hostile_text_moves_nothing_on_the_screen() -> None:
    text = told('description: "a\\u202eb\\e[2J"\ntasks: [{id: a, kind: log, message: "x\\u200by\\r\\nz"}]')
    assert all(character.isprintable() or character == "\n" for character in text)


def test_what_holds_for_a_whole_block_is_told_with_the_block() -> None:
    text = told(
        "tasks:\n  - {id: all, kind: foreach, items: [1], as: n, timeout: 2h, on_error: continue,"
        " tasks: [{id: say, kind: log, message: a}]}\n"
    )
    assert "each as `n` (the whole may take 2 hours; if it fails, the run goes on all the same):" in " ".join(
        text.split()
    )


def test_more_runs_than_one_are_many() -> None:
    text = " ".join(told("concurrency: {limit: 3}\ntasks: [{id: say, kind: log, message: a}]\n").split())
    assert "There are at most 3 runs at once: further ones wait." in text
