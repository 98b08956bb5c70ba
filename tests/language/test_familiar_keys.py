"""Keys that people know from other engines: one finding, which names the key that says the same here."""

from __future__ import annotations

import pytest

from overture.language.reading import read

TASK = "overture: 1\nname: a\ntasks: [{{id: a, {}}}]\n"
FLOW = "overture: 1\nname: a\n{}\ntasks: [{{id: a, kind: log, message: a}}]\n"


def told(text: str) -> list[tuple[str, str | None]]:
    return [(each.message, each.help) for each in read(text, "a.yaml").diagnostics]


@pytest.mark.parametrize(
    ("task", "key", "help"),
    [
        ("kind: log, message: a, if: b", "if", "here it is `when`"),
        ("kind: log, message: a, conditions: b", "conditions", "here it is `when`"),
        ("kind: log, message: a, depends_on: [b]", "depends_on", "here it is `needs`"),
        ("kind: log, message: a, dependsOn: [b]", "dependsOn", "here it is `needs`"),
        ("kind: log, message: a, name: b", "name", "here it is `description`"),
        ("kind: log, text: a", "text", "here it is `message`"),
        ("kind: shell, run: echo a", "run", "here it is `command: [ls, -l]`"),
        ("kind: python, script: a", "script", "here it is `code`"),
        ("kind: http, uri: a", "uri", "here it is `url`"),
        ("kind: http, url: a, params: {b: c}", "params", "here it is `query`"),
        ("kind: http, url: a, retries: 3", "retries", "here it is `retry: {attempts: 3}`"),
        ("kind: http, url: a, retry: {maxAttempts: 3}", "maxAttempts", "here it is `attempts`"),
        ("kind: http, url: a, continue-on-error: true", "continue-on-error", "here it is `on_error: continue`"),
        ("kind: foreach, values: [b], as: b, collect: b", "values", "here it is `items`"),
        ("kind: branch, switch: []", "switch", "here it is `cases`"),
        ("kind: ai, prompt: a, model: b", "model", "did you mean `models`?"),
    ],
)
def test_a_familiar_key_of_a_task(task: str, key: str, help: str) -> None:
    found = told(TASK.format(task))
    assert [(message.split(" is no key of ")[0], said) for message, said in found] == [(f"`{key}`", help)]


@pytest.mark.parametrize(
    ("line", "help"),
    [
        ("on: push", "here it is `triggers`"),
        ("schedule: a", "here it is `triggers`"),
        ("errors: []", "here it is `on_failure`"),
        ("variables: {}", "here it is `inputs`"),
        ("outptus: {}", "did you mean `outputs`?"),
        ("triggers: [{type: schedule, schedule: '0 9 * * *', timezone: UTC}]", "here it is `cron`"),
    ],
)
def test_a_familiar_key_of_a_workflow(line: str, help: str) -> None:
    assert [said for _, said in told(FLOW.format(line))] == [help]


def test_a_key_that_is_there_is_not_named_again() -> None:
    ((_, help),) = told(TASK.format("kind: log, message: a, when: run.id == 'a', if: b"))
    assert help == "there is `description`, `level`, `needs`, `on_error`, `source`"


@pytest.mark.parametrize(
    ("task", "help"),
    [
        ("url: a, method: POST", "write `kind: http`"),
        ("prompt: a", "write `kind: ai`"),
        ("uses: actions/checkout", "write `kind: action`"),
        ("type: log, message: a", "write `kind: log`"),
        ("type: io.example.Log, message: a", "what a task does says `kind`"),
        ("run: echo", "a program is `kind: shell`, with `command: [ls, -l]`"),
    ],
)
def test_a_task_without_a_kind_is_told_which_it_seems_to_be(task: str, help: str) -> None:
    assert told(TASK.format(task)) == [("task `a` has no `kind`", help)]


def test_of_several_kinds_all_are_named() -> None:
    ((_, help),) = told(TASK.format("message: a"))
    assert help is not None
    assert help.startswith("it is one of `http`, `action`, ")
