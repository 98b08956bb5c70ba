"""A name that does not exist is one finding, at the name, with the nearest one, however deep it stands."""

from __future__ import annotations

import pytest
from checking import told, verdict

USER = (
    "{type: object, additionalProperties: false, required: [user], properties: {user: {type: object, "
    "additionalProperties: false, properties: {login: {type: string}, mail: {type: string}}, required: [login]}}}"
)
FLOW = """
secrets: [SLACK_TOKEN]
inputs: {city: {type: string, default: a}}
state: {seen: {type: integer, default: 0}}
tasks:
  - {id: used, kind: http, url: "https://example.com/{{ inputs.city }}{{ state.seen }}{{ secrets.SLACK_TOKEN }}"}
  - {id: fetch, kind: http, url: "https://example.com", returns: USER}
  - {id: all, kind: http, url: "https://example.com", returns: {type: array, items: USER}}
  - id: each
    kind: foreach
    items: tasks.all.body
    as: issue
    tasks: [{id: inner, kind: http, url: "https://example.com/{{ issue.user.login }}"}]
    collect: "{name: issue.user.login}"
  - {id: tell, kind: http, url: "https://example.com/{{ %s }}"}
""".replace("USER", USER)


@pytest.mark.parametrize(
    ("reads", "code", "place", "help"),
    [
        ("tasks.fech.status", "OV202", "fech", "did you mean `fetch`?"),
        ("tasks.fech.body.user.login + 1", "OV202", "fech", "did you mean `fetch`?"),
        ("inputs.ctiy", "OV203", "ctiy", "did you mean `city`?"),
        ("state.sen", "OV206", "sen", "did you mean `seen`?"),
        ("secrets.SLAK_TOKEN", "OV701", "SLAK_TOKEN", "did you mean `SLACK_TOKEN`?"),
        ("issue", "OV205", "issue", None),
        ("tasks.fetch.bdy", "OV204", "bdy", "did you mean `body`?"),
        ("tasks.fetch.body.usr.login", "OV204", "usr", "did you mean `user`?"),
        ("tasks.fetch.body.user.logn | upper", "OV204", "logn", "did you mean `login`?"),
        ("(tasks.all.body | first).user.logn | default('')", "OV204", "logn", "did you mean `login`?"),
        ("tasks.all.body | map(attribute='user.logn') | join", "OV204", "'user.logn'", "did you mean `login`?"),
        ("tasks.each.value | map(attribute='nam') | join", "OV204", "'nam'", "did you mean `name`?"),
        ("tasks.inner.status", "OV207", "tasks.inner.status", "`collect` what is needed, and read `tasks.each.value`"),
        ("tasks.fetch.body.user.mail", "OV208", "mail", "add `| default(…)`, or guard it with `is defined`"),
        ("run.started", "OV204", "started", "did you mean `started_at`?"),
    ],
)
def test_a_wrong_name_is_one_finding_at_the_name(reads: str, code: str, place: str, help: str | None) -> None:
    flow = FLOW % reads
    found = [each for each in told(flow) if each[1] == "error"]
    assert found == [(code, "error", place)]
    helps = [each.help for each in verdict(flow).diagnostics if each.severity == "error"]
    assert help is None or helps == [help]


@pytest.mark.parametrize(
    "reads",
    [
        "tasks.fetch.body.user.login",
        "tasks.fetch.body.user.mail | default('')",
        "(tasks.all.body | first).user.login | default('')",
        "tasks.all.body | map(attribute='user.login') | join",
        "tasks.each.value | map(attribute='name') | join",
        "run.started_at",
    ],
)
def test_a_name_that_is_there_is_none(reads: str) -> None:
    assert [each for each in told(FLOW % reads) if each[1] != "info"] == []
