"""Each mistake in a document's shape is one finding, at the smallest place, and says what to do."""

from __future__ import annotations

import pytest

from overture.diagnostics.model import Diagnostic
from overture.language.reading import read

HEAD = "overture: 1\nname: x\n"
LOG = "tasks:\n  - {id: a, kind: log, message: hi}\n"


def findings(text: str) -> list[Diagnostic]:
    reading = read(text, "x.yaml")
    assert (reading.workflow is None) == bool(reading.diagnostics)
    for each in reading.diagnostics:
        assert each.at.pointer in reading.source.places, "a finding points at what is in the file"
    return list(reading.diagnostics)


def task(fields: str) -> str:
    return HEAD + "tasks:\n  - id: a\n    " + fields.replace("\n", "\n    ") + "\n"


def told(text: str) -> list[tuple[str, str, str]]:
    """Code, the text that is underlined, and the message."""
    lines = text.split("\n")
    found = []
    for each in findings(text):
        end = each.at.end_column if each.at.end_line == each.at.line else len(lines[each.at.line - 1]) + 1
        found.append((each.code, lines[each.at.line - 1][each.at.column - 1 : end - 1], each.message))
    return found


@pytest.mark.parametrize(
    ("fields", "code", "underlined", "message", "help"),
    [
        ("kind: http\nurll: x", "OV101", "urll", "`urll` is no key of an `http` task", "did you mean `url`?"),
        ("kind: log\nmessage: x\nretry: {attempts: x}", "OV101", "retry", "`retry` is no key of a `log` task", None),
        ("kind: http\nurl: x\nin_: 3", "OV101", "in_", "`in_` is no key of an `http` task", None),
        ("knd: http\nurl: x", "OV101", "knd", "`knd` is no key of a task", "did you mean `kind`?"),
        ("kind: http", "OV102", "http", "task `a` has no `url`", None),
        ("message: x", "OV102", "a", "task `a` has no `kind`", None),
        ("kind: htp\nfoo: 1", "OV104", "htp", "`htp` is no kind of a task", "did you mean `http`?"),
        ("kind: 5", "OV103", "5", "`kind` must be text, is an integer", None),
        (
            "kind: http\nurl: x\nauth: {type: basik}",
            "OV104",
            "basik",
            "`basik` is no type of `auth`",
            "did you mean `basic`?",
        ),
        (
            "kind: http\nurl: x\nauth: {type: bearer, tokn: x}",
            "OV101",
            "tokn",
            "`tokn` is no key of `auth` of type `bearer`",
            "did you mean `token`?",
        ),
        ("kind: http\nurl: x\nauth: [x]", "OV103", "[x]", "`auth` must be an object, is a list", None),
        (
            "kind: http\nurl: x\nretry: {attempts: '3'}",
            "OV103",
            "'3'",
            "`attempts` must be an integer, is text",
            None,
        ),
        ("kind: http\nurl: x\nretry: {attempts: 0}", "OV105", "0", "`attempts` must be at least 1, is `0`", None),
        (
            "kind: http\nurl: x\nidempotent: yes",
            "OV103",
            "yes",
            "`idempotent` must be true or false, is text",
            "write `true`",
        ),
        ("kind: http\nurl: x\nheaders: {a: 5}", "OV103", "5", "`a` must be text, is an integer", 'write `"5"`'),
        (
            "kind: http\nurl: x\ntimeout: 30",
            "OV103",
            "30",
            "`timeout` must be a duration, is an integer",
            "`30s` is 30 seconds",
        ),
        (
            "kind: http\nurl: x\ntimeout: 5 minutes",
            "OV107",
            "5 minutes",
            "`5 minutes` is no duration",
            "write it as `500ms`, `30s`, `1h30m` or `2d`",
        ),
        ("kind: http\nurl: x\nmethod: get", "OV105", "get", "`method` cannot be `get`", "did you mean `GET`?"),
        ("kind: http\nurl: x\naccept: [abc]", "OV105", "abc", "an item of `accept` cannot be `abc`", None),
        ("kind: http\nurl: x\naccept: [50]", "OV105", "50", "an item of `accept` must be at least 100, is `50`", None),
        (
            "kind: http\nurl: x\naccept: [true]",
            "OV103",
            "true",
            "an item of `accept` must be an integer or text, is true",
            None,
        ),
        (
            "kind: http\nurl: x\naccept: [{constrained-int: 1}]",
            "OV103",
            "{constrained-int: 1}",
            "an item of `accept` must be an integer or text, is an object",
            None,
        ),
        (
            "kind: foreach\nitems: {str: 1}\nas: x\ncollect: x",
            "OV103",
            "{str: 1}",
            "`items` must be text or a list, is an object",
            None,
        ),
        ("kind: http\nurl: x\nneeds: b", "OV103", "b", "`needs` must be a list, is text", None),
        (
            "kind: foreach\nitems: 5\nas: x\ncollect: x",
            "OV103",
            "5",
            "`items` must be text or a list, is an integer",
            None,
        ),
        ("kind: shell\ncommand: ls", "OV103", "ls", "`command` must be a list, is text", None),
        ("kind: shell\ncommand: []", "OV105", "[]", "`command` is empty", None),
        ("kind: ai\nprompt: x\ntemperature: 3", "OV105", "3", "`temperature` must be at most 2, is `3`", None),
        ("kind: http\nurl: x\nbody: 1\nform: {}", "OV109", "form", "`body` and `form` exclude one another", None),
        ("kind: wait\nfor: 1h\nuntil: x", "OV109", "until", "`for` and `until` exclude one another", None),
        ("kind: wait", "OV102", "wait", "task `a` has neither `for` nor `until`", None),
        ("kind: wait\nunti: x", "OV101", "unti", "`unti` is no key of a `wait` task", "did you mean `until`?"),
        (
            "kind: email\nconnection: x\nfrom: x\nto: x\nsubject: x",
            "OV102",
            "email",
            "task `a` has neither `text` nor `html`",
            None,
        ),
        ("kind: foreach\nitems: x\nas: y", "OV102", "foreach", "task `a` has neither `tasks` nor `collect`", None),
        (
            "kind: http\nurl: x\npages: {style: page}",
            "OV102",
            "page",
            "pages of style `page` have no `param`",
            None,
        ),
        (
            "kind: http\nurl: x\npages: {style: cursor, param: p}",
            "OV102",
            "cursor",
            "pages of style `cursor` have no `next`",
            None,
        ),
        (
            "kind: http\nurl: x\nretry: {attempts: 2, max_delay: 9s}",
            "OV109",
            "max_delay",
            "`max_delay` needs `backoff: exponential`: a constant delay does not grow",
            None,
        ),
        (
            "kind: foreach\nitems: x\nas: run\ncollect: x",
            "OV110",
            "run",
            "`run` is a name that expressions begin with",
            None,
        ),
        (
            "kind: foreach\nitems: x\nas: in\ncollect: x",
            "OV110",
            "in",
            "`in` is a word of the expression language",
            None,
        ),
        (
            "kind: set\nvalues: {state: 1}",
            "OV110",
            "state",
            "every task has a `state`: a `set` cannot name a value so",
            None,
        ),
        ("kind: set\nvalues: {a-b: 1}", "OV106", "a-b", "`a-b` is no name", None),
        (
            "kind: branch\ncases:\n  - when: x\n    tasks:\n      - {id: B, kind: log, message: x}",
            "OV106",
            "B",
            "`B` is no name",
            None,
        ),
        (
            "kind: try\ntasks:\n  - {id: b, kind: repeat, attempts: 2, until: x, tasks: [{id: c, kind: wait}]}",
            "OV102",
            "wait",
            "task `c` has neither `for` nor `until`",
            None,
        ),
    ],
)
def test_a_mistake_in_a_task_is_one_finding(
    fields: str, code: str, underlined: str, message: str, help: str | None
) -> None:
    text = task(fields)
    assert told(text) == [(code, underlined, message)]
    if help is not None:
        assert findings(text)[0].help == help


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", [("OV103", "[", "a workflow must be an object, is a list")]),
        ("just text", [("OV103", "j", "a workflow must be an object, is text")]),
        ("overture: 2\nfoo: 1", [("OV108", "2", "`2` is no version of the language")]),
        ("overture: true\n", [("OV108", "true", "`true` is no version of the language")]),
        ("overture: '1'\n", [("OV108", "'1'", "`1` is no version of the language")]),
        ("name: x\n" + LOG, [("OV102", "name", "a workflow has no `overture`")]),
        (HEAD, [("OV102", "overture", "a workflow has no `tasks`")]),
        (HEAD + "tasks: []\n", [("OV105", "[]", "`tasks` is empty")]),
        (HEAD + "tasks: {}\n", [("OV103", "{}", "`tasks` must be a list, is an object")]),
        (HEAD + "task: []\n", [("OV101", "task", "`task` is no key of a workflow")]),
        (HEAD + "tasks: [5]\n", [("OV103", "5", "an item of `tasks` must be an object, is an integer")]),
        ("overture: 1\nname: My Flow\n" + LOG, [("OV106", "My Flow", "`My Flow` is no name")]),
        (HEAD + LOG + "inputs: {X: {}}", [("OV106", "X", "`X` is no name")]),
        (HEAD + LOG + "inputs: {type: type}", [("OV103", "type", "`type` must be an object, is text")]),
        (HEAD + LOG + "secrets: [token]", [("OV106", "token", "`token` is no name of a secret")]),
        (HEAD + LOG + "labels: {auth: 1}", [("OV103", "1", "`auth` must be text, is an integer")]),
        (HEAD + LOG + "triggers: [{type: cron}]", [("OV104", "cron", "`cron` is no type of a trigger")]),
        (
            HEAD + LOG + "triggers: [{type: webhook}]",
            [("OV102", "webhook", "a `webhook` trigger has neither `key` nor `signature`")],
        ),
        (
            HEAD + LOG + "triggers: [{type: schedule, cron: x}]",
            [("OV102", "schedule", "a `schedule` trigger has no `timezone`")],
        ),
        (
            HEAD + LOG + "defaults: {retry: {attempts: 2, max_delay: 1s}}",
            [
                (
                    "OV109",
                    "max_delay",
                    "`max_delay` needs `backoff: exponential`: a constant delay does not grow",
                )
            ],
        ),
    ],
)
def test_a_mistake_outside_the_tasks_is_one_finding(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(text) == expected


def test_findings_stand_in_the_order_of_the_file() -> None:
    text = HEAD + "tasks:\n  - {id: A, kind: log}\n  - {id: b, kind: wait}\nlabels: {a: 1}\ntimeout: 5\n"
    assert [each.code for each in findings(text)] == ["OV106", "OV102", "OV102", "OV103", "OV103"]
    lines = [each.at.line for each in findings(text)]
    assert lines == sorted(lines)


def test_a_text_of_the_file_is_shown_shortened() -> None:
    text = HEAD + LOG + "k" * 500 + ": 1\n"
    (found,) = findings(text)
    assert len(found.message) < 100


def test_json_has_the_same_findings_at_its_own_places() -> None:
    text = '{"overture": 1, "name": "x",\n "tasks": [{"id": "a", "kind": "http", "urll": "x"}]}'
    (found,) = read(text, "x.json").diagnostics
    assert (found.code, found.at.line, found.at.column, found.at.end_column) == ("OV101", 2, 40, 46)
    assert found.at.pointer == "/tasks/0/urll"
