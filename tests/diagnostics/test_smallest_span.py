"""A bad name, placed anywhere in any document however it is written, is one finding at exactly that name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from written import as_json, as_yaml, is_writable

from overture.checks import check
from overture.diagnostics.model import At, Diagnostic
from overture.language.reading import read

Json = Any

CASES = Path(__file__).parents[1] / "cases"
READ = [read(each.read_bytes(), str(each)).data for each in sorted(CASES.glob("*/*.flow.yaml"))]
DOCUMENTS = [json.dumps(each) for each in READ if is_writable(each)]
NAME = "zzq17"
MISTAKES = {
    f"inputs.{NAME}": "unknown-input",
    f"tasks.{NAME}.value": "unknown-task",
    NAME: "unknown-variable",
    f"{NAME}.first.second": "unknown-variable",
    f"state.{NAME}": "unknown-state",
    f"run.{NAME}": "unknown-field",
    f"'🎉' | {NAME}": "unknown-filter",
    f"'é' | lower | {NAME}(1, 'x') | upper": "unknown-filter",
    f"{NAME}('漢')": "unknown-function",
    f"('x' is {NAME})": "unknown-test",
    f"['x'] | join({NAME}='')": "bad-argument",
}
AROUND = (
    "%s", "(%s)", "[1, %s, 'x'] | length", "{k: %s}", "'漢字 it''s' ~ %s", "'x' if true else %s", "\t%s  ", "\n %s\n",
    "'e\u0301🎉'\n~\n%s", "[['\\'']] | length ~ \"'\" ~ %s",
)  # fmt: skip
TEXTS = (
    "%s", "a few words, then %s and more words after it", "漢字🎉 %s", "line one\nline two %s\nline three\n",
    "e\u0301\t%s # no comment", "- %s: x", "  led by spaces %s\nand more\n\n", "%s\n\n\n", "it's \"%s\" \\n", "{ %s }",
    "a\u00a0b %s\u200d", "one\r\n%s", "{{ 1 }}{{ 'x' }} %s {{ 2 }}",
)  # fmt: skip


def written_out(template: str, part: str) -> str:
    return template.replace("%s", part)


def bare(chance: Random, mistake: str) -> str:
    return written_out(chance.choice(AROUND), mistake)


def template(chance: Random, mistake: str) -> str:
    return written_out(chance.choice(TEXTS), "{{ " + bare(chance, mistake) + " }}")


def condition(chance: Random, mistake: str) -> str:
    around = ("%s == '漢'", "true and (%s) != 'x'", "not (%s) == 1", "(%s | string | length) > 0")
    return written_out(chance.choice(around), f"({mistake})")


def task_with(chance: Random, mistake: str) -> Json:
    """A task with the mistake in one of its fields."""
    text, log = template(chance, mistake), {"id": "zz_inner", "kind": "log", "message": "hello"}
    tasks: list[Json] = [
        {"kind": "log", "message": text},
        {"kind": "log", "message": "hello", "when": condition(chance, mistake)},
        {"kind": "set", "values": {"plain": 1, "text": text, "last": None}},
        {"kind": "set", "values": {"deep": [{"漢 '~/\"": [[], [text]]}, {}, "x"]}},
        {"kind": "assert", "that": ["true", condition(chance, mistake), "1 < 2"], "message": "m"},
        {"kind": "http", "method": "POST", "url": "https://example.com/", "body": {"a": {"b": text}}},
        {"kind": "http", "url": "https://example.com/", "headers": {"X-A": "1", "X-B": text}},
        {"kind": "write_file", "path": "x.txt", "content": text},
        {"kind": "ai", "prompt": text},
        {"kind": "fail", "message": text, "when": "run.id == 'x'"},
        {"kind": "branch", "cases": [{"when": condition(chance, mistake), "tasks": [log]}]},
        {"kind": "branch", "cases": [{"when": "run.id == 'x'", "tasks": [log | {"message": text}]}]},
        {"kind": "foreach", "items": bare(chance, mistake), "as": "zz_item", "collect": "zz_item"},
        {"kind": "foreach", "items": "[1, 2]", "as": "zz_item", "collect": bare(chance, mistake)},
        {"kind": "foreach", "items": "[1, 2]", "as": "zz_item", "where": condition(chance, mistake), "collect": "1"},
        {"kind": "repeat", "attempts": 2, "until": condition(chance, mistake), "tasks": [log]},
        {"kind": "try", "tasks": [log], "catch": [log | {"id": "zz_other", "message": text}]},
    ]
    return {"id": "zz_new"} | chance.choice(tasks)


def blocks(data: Json) -> Iterator[list[Json]]:
    for key in ("tasks", "else", "catch", "on_failure", "finally"):
        if data.get(key):
            yield data[key]
            for task in data[key]:
                yield from blocks(task)
    for case in data.get("cases", []):
        yield from blocks(case)


def planted(chance: Random) -> tuple[Json, str]:
    """A sound document with one mistake in it, and the rule that tells it."""
    data = json.loads(chance.choice(DOCUMENTS))
    mistake, rule = chance.choice(list(MISTAKES.items()))
    if chance.random() < 0.1:
        data.setdefault("outputs", {})["zz_new"] = bare(chance, mistake)
    else:
        block = chance.choice(list(blocks(data)))
        block.insert(chance.randrange(len(block) + 1), task_with(chance, mistake))
    return data, rule


def told_of(text: str, path: str) -> list[Diagnostic]:
    """The errors of a document, and whatever else speaks of the name."""
    return [d for d in check(read(text, path)).diagnostics if d.severity == "error" or NAME in d.message]


def slice_of(text: str, at: At) -> str:
    lines = text.removeprefix("\ufeff").split("\n")
    if at.line == at.end_line:
        return lines[at.line - 1][at.column - 1 : at.end_column - 1]
    first, last = lines[at.line - 1][at.column - 1 :], lines[at.end_line - 1][: at.end_column - 1]
    return "\n".join([first, *lines[at.line : at.end_line - 1], last])


def assert_one_at_the_name(text: str, path: str, rule: str) -> None:
    told = told_of(text, path)
    assert [each.rule for each in told] == [rule], told
    spanned = slice_of(text, told[0].at)
    if spanned == NAME:
        return
    # between quotes it may be written with escapes; then it stands there with them, and with nothing else
    assert "\\" in spanned, spanned
    assert (json.loads if path.endswith("json") else yaml.safe_load)(f'"{spanned}"') == NAME
    assert spanned.startswith(("\\", NAME[0])) and not spanned.endswith((" ", "\n", "\\"))


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=200, deadline=None)
@given(seeds)
def test_a_bad_name_in_yaml_is_one_finding_at_the_name(seed: int) -> None:
    chance = Random(seed)
    data, rule = planted(chance)
    text = as_yaml(data, chance)
    assert json.dumps(read(text, "x.yaml").data) == json.dumps(data)
    assert_one_at_the_name(text, "x.yaml", rule)


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_a_bad_name_in_json_is_one_finding_at_the_name(seed: int) -> None:
    chance = Random(seed)
    data, rule = planted(chance)
    text = as_json(data, chance)
    assert json.dumps(read(text, "x.json").data) == json.dumps(data)
    assert_one_at_the_name(text, "x.json", rule)


@pytest.mark.parametrize("number", range(len(DOCUMENTS)))
def test_the_documents_are_sound_without_it(number: int) -> None:
    assert told_of(DOCUMENTS[number], "x.json") == []
