from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from overture.language.canonical import data_of, is_same
from overture.language.reading import read
from overture.language.workflow import Workflow
from overture.language.writing import scalar, write, write_data
from overture.testing.strict_yaml import read_yaml

from .generation import texts, values, whole_workflows, workflow_of, workflows

TASK = {"id": "a", "kind": "log", "message": "hello"}


def written(**fields: object) -> str:
    return write(workflow_of({"overture": 1, "name": "w", "tasks": [TASK], **fields}))


@whole_workflows
@given(workflows())
def test_reading_what_was_written_gives_the_same_workflow(workflow: Workflow) -> None:
    text = write(workflow)
    reading = read(text, "w.flow.yaml")
    assert reading.diagnostics == ()
    assert reading.workflow == workflow
    assert is_same(reading.data, data_of(workflow))
    assert write(reading.workflow) == text


@whole_workflows
@given(workflows())
def test_every_yaml_reads_what_was_written_alike(workflow: Workflow) -> None:
    text = write(workflow)
    assert is_same(yaml.safe_load(text), data_of(workflow))
    assert is_same(read_yaml(text), data_of(workflow))


@given(values)
def test_every_value_survives_in_a_block_and_on_a_line(value: object) -> None:
    document = {"a": value, "tasks": [{"b": [value, {"c": value}]}]}
    assert is_same(read_yaml(write_data(document)), document)


@given(texts | st.text())
def test_a_scalar_stays_on_its_line(text: str) -> None:
    if text.isprintable():
        assert len(scalar(text).splitlines()) == 1
    assert all(char.isprintable() or char in "\u00a0\u3000" for char in scalar(text) if char.isascii())


@pytest.mark.parametrize(
    "text", ["22:30", "no", "1_000", "0o17", "1e3", "2026-01-31", "~", "", "null", "{{ a }}", "=", "a: b", "- a"]
)
def test_what_could_be_read_as_something_else_is_quoted(text: str) -> None:
    assert scalar(text) in (f'"{text}"', f"'{text}'")


@pytest.mark.parametrize("char", ["\u202e", "\u2028", "\x85", "\ufeff", "\x00", "\u200b"])
def test_what_cannot_be_seen_is_written_as_an_escape(char: str) -> None:
    assert scalar(char) == json.dumps(char)


def test_a_text_with_lines_stands_as_a_block() -> None:
    text = written(tasks=[{"id": "a", "kind": "python", "code": "def main():\n    return 1\n"}])
    assert "    code: |\n      def main():\n          return 1\n" in text


def test_a_short_task_stands_on_one_line() -> None:
    assert "  - {id: a, kind: log, message: hello}\n" in written()


def test_a_task_that_holds_tasks_never_stands_on_one_line() -> None:
    text = written(tasks=[{"id": "t", "kind": "try", "tasks": [TASK]}])
    assert text.endswith("tasks:\n  - id: t\n    kind: try\n    tasks:\n      - {id: a, kind: log, message: hello}\n")


def test_what_a_task_is_stands_before_how_it_is_run() -> None:
    task = {
        "retry": {"attempts": 3}, "when": "inputs.x", "url": "https://example.com/a/long/path/that/fills/the/line",
        "kind": "http", "id": "get", "on_error": "continue", "needs": [], "description": "fetch",
        "source": "fetch the page",
    }  # fmt: skip
    keys = [line.split(":")[0].strip(" -") for line in written(tasks=[task]).splitlines()[3:]]
    assert keys == ["id", "kind", "description", "source", "needs", "when", "url", "on_error", "retry"]


def test_defaults_are_left_out() -> None:
    task = TASK | {"level": "info", "on_error": "fail", "needs": None}
    assert written(tasks=[task], description=None) == written()


def test_an_empty_list_of_needs_is_no_default() -> None:
    assert "needs: []" in written(tasks=[TASK | {"needs": []}])


def test_a_required_null_is_kept() -> None:
    assert "content: null" in written(tasks=[{"id": "a", "kind": "write_file", "path": "x", "content": None}])


def test_an_integral_double_is_written_as_the_integer_it_is() -> None:
    assert "{a: 2, b: -0.5, c: 1.0e+300}" in written(
        tasks=[{"id": "a", "kind": "set", "values": {"a": 2.0, "b": -0.5, "c": 1e300}}]
    )


def test_a_key_longer_than_yaml_allows_on_a_line_survives() -> None:
    workflow = workflow_of(
        {"overture": 1, "name": "w", "labels": {"k" * 2000: "v", "l" * 2000: "a\nb\n"}, "tasks": [TASK]}
    )
    assert workflow_of(read_yaml(write(workflow))) == workflow
