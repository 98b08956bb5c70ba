"""Certain edits mend what they are for, change nothing else, and come to an end at something that `check` accepts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import as_json, as_yaml, is_writable

from overture.checks import check
from overture.diagnostics.edits import with_edits
from overture.diagnostics.model import At, Diagnostic
from overture.language.reading import read

Json = Any

CASES = Path(__file__).parents[1] / "cases"
READ = [read(each.read_bytes(), str(each)).data for each in sorted(CASES.glob("*/*.flow.yaml"))]
DOCUMENTS = [json.dumps(each) for each in READ if is_writable(each)]
HEAD = "overture: 1\nname: example\n"
POST = '{id: a, kind: http, url: "https://example.com", auth: {type: bearer, token: "{{ secrets.%s }}"}}'


def told(text: str, path: str) -> tuple[Diagnostic, ...]:
    return check(read(text, path)).diagnostics


def mended(text: str, path: str = "x.yaml") -> str:
    """A text after all rounds of edits. Each round leaves fewer edits to be made, and no new kind of error."""
    text = text.removeprefix("\ufeff")
    for _ in range(20):
        before = told(text, path)
        after, done = with_edits(text, before)
        if not done:
            return text
        for change in (change for each in done if each.edit for change in each.edit.changes):
            assert "#" not in slice_of(text, change.at)  # no comment goes
        errors = Counter(each.rule for each in before if each.severity == "error")
        left = Counter(each.rule for each in told(after, path) if each.severity == "error")
        assert not left - errors, (errors, left)
        text = after
    raise AssertionError("the edits come to no end")


def slice_of(text: str, at: At) -> str:
    starts = [0, *(index + 1 for index, char in enumerate(text) if char == "\n")]
    return text[starts[at.line - 1] + at.column - 1 : starts[at.end_line - 1] + at.end_column - 1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("secrets: [A]\n", "secrets: [A, TOKEN]\n"),
        ("secrets: [  A  , B ] # ours\n", "secrets: [  A  , B, TOKEN ] # ours\n"),
        ("secrets: []\n", "secrets: [TOKEN]\n"),
        ("secrets:\n  - A\n  - B  # for b\n", "secrets:\n  - A\n  - B  # for b\n  - TOKEN\n"),
        ("secrets:\r\n- A\r\n# end\r\n", "secrets:\r\n- A\r\n- TOKEN\r\n# end\r\n"),
        ("secrets: ['A']\n", "secrets: ['A', TOKEN]\n"),
        ("", "secrets: [TOKEN]\n"),
    ],
)
def test_a_secret_that_is_read_is_declared(before: str, after: str) -> None:
    used = "".join(f"  - {POST % name}\n".replace("id: a", f"id: {name.lower()}") for name in "AB" if name in before)
    tasks = "tasks:\n" + used + f"  - {POST % 'TOKEN'}\n"
    assert mended(HEAD + before + tasks) == HEAD + after + tasks


def test_in_json_a_secret_is_declared_between_quotes() -> None:
    tasks = '"tasks": [{"id": "a", "kind": "http", "url": "https://x.example/{{ secrets.TOKEN }}"}]'
    for before, after in (("", ', "secrets": ["TOKEN"]'), (', "secrets": []', ', "secrets": ["TOKEN"]')):
        text = '{"overture": 1, "name": "a"%s, ' + tasks + "}"
        assert mended(text % before, "x.json") == text % after


def test_a_secret_that_may_be_another_or_stands_where_none_may_is_not_declared() -> None:
    for text in (
        HEAD + "secrets: [TOKEN]\ntasks:\n  - " + POST % "TOKENS" + "\n",
        HEAD + "tasks:\n  - {id: a, kind: log, message: '{{ secrets.TOKEN }}'}\n",
    ):
        assert mended(text) == text


LOG = "tasks:\n  - {id: a, kind: log, message: a}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("secrets: [A]\n", ""),
        ("secrets: [A, B]\r\n", ""),
        ("secrets: [A] # ours\n", "secrets: [] # ours\n"),
        ("secrets:\n  - A\n  - B\n", ""),
        ("secrets:\n- A\n", ""),
        ("secrets:\n  - A  # for b\n", "secrets:\n  - A  # for b\n"),
        ("secrets:\n  - A  # for b\n  - B\n", "secrets:\n  - A  # for b\n"),
        ("secrets: [A, # a\n  B]\n", "secrets: [A, # a\n  B]\n"),
        ("secrets:\n  - |- # why\n    A\n  - B\n", "secrets:\n  - |- # why\n    A\n"),
    ],
)
def test_a_secret_that_nothing_reads_is_taken_out_but_no_comment(before: str, after: str) -> None:
    assert mended(HEAD + before + LOG) == HEAD + after + LOG


def test_a_secret_stays_where_an_action_may_take_it() -> None:
    text = HEAD + "secrets: [GITHUB_TOKEN]\ntasks:\n  - {id: a, kind: action, uses: github.list_commits}\n"
    assert mended(text) == text


def broken(chance: Random) -> Json:
    """A sound document with some mistakes whose mend is certain."""
    data = json.loads(chance.choice(DOCUMENTS))
    mistakes = chance.sample(("undeclared", "unused", "zone", "all"), chance.randint(1, 3))
    if "undeclared" in mistakes and data.get("secrets"):
        data["secrets"].pop(chance.randrange(len(data["secrets"])))
    if "all" in mistakes:
        data.pop("secrets", None)
    if "unused" in mistakes:
        data.setdefault("secrets", []).insert(0, "ZZZ_NEVER_READ")
    if "zone" in mistakes:
        zone = {"type": "schedule", "cron": "0 9 * * *", "timezone": "europe/BERLIN", "inputs": {}}
        data.setdefault("triggers", []).append(zone)
    return data


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_edits_come_to_an_end_and_leave_all_else_as_it_is(seed: int, is_json: bool) -> None:
    chance = Random(seed)
    data = broken(chance)
    text, path = (as_json(data, chance), "x.json") if is_json else (as_yaml(data, chance), "x.yaml")
    after = mended(text, path)
    left = read(after, path).data
    for key, value in data.items():
        if key == "secrets":
            continue
        expected = json.loads(json.dumps(value).replace("europe/BERLIN", "Europe/Berlin"))
        assert left[key] == expected
