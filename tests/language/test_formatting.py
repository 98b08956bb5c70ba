from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overture.language.canonical import data_of
from overture.language.formatting import FormattingError, arranged, format_text
from overture.language.reading import read
from overture.language.workflow import Workflow
from overture.language.writing import write, write_data

from .generation import whole_workflows, workflows

COMMENTED = """\
# Head of the file.

name: x     # the name
overture:   1

# about tasks
tasks:
# before a
-   kind: log      # the kind
    # about id
    id: a
    message: |
          # no comment
          text

    level: error

# before b
- {message: 'b: "quoted"', kind: log, id: b}
- id: t
  tasks:
  - message: >-
      folded
      text
    kind: log
    # why
    id: d
  kind: try
  # end of t
outputs: {z: '1', a: "2"}
# end of the file
"""

FORMATTED = """\
# Head of the file.

overture: 1
name: x     # the name

# about tasks
tasks:
# before a
# about id
  - id: a
    kind: log      # the kind
    message: |
      # no comment
      text

    level: error

# before b
  - {id: b, kind: log, message: 'b: "quoted"'}
  - id: t
    kind: try
  # end of t
    tasks:
  # why
      - id: d
        kind: log
        message: >-
          folded
          text
outputs: {z: '1', a: "2"}
# end of the file
"""


def test_keys_move_with_their_comments_and_quotes_stay() -> None:
    assert format_text(COMMENTED) == FORMATTED


def test_formatting_twice_is_formatting_once() -> None:
    assert format_text(format_text(COMMENTED)) == format_text(COMMENTED)


@whole_workflows
@given(workflows())
def test_what_is_written_is_formatted(workflow: Workflow) -> None:
    text = write(workflow)
    assert format_text(text) == text
    assert arranged(read(text, "x.yaml")) == text  # the short way gives what the long one gives


@whole_workflows
@given(workflows(), st.randoms(use_true_random=False))
def test_whatever_the_order_of_keys_formatting_gives_the_canonical_one(workflow: Workflow, random: Any) -> None:
    def shuffled(value: Any, order: Any) -> Any:
        """The keys of classes of the language, which are those that `order` sorts, in any order."""
        if isinstance(value, dict) and ("kind" in value or "overture" in value or "type" in value):
            keys = list(value)
            random.shuffle(keys)
            return {key: shuffled(value[key], order) if key in order else value[key] for key in keys}
        if isinstance(value, list):
            return [shuffled(each, order) for each in value]
        return value

    data = data_of(workflow)
    text = write_data(shuffled(data, {"tasks", "on_failure", "finally", "triggers", "else", "catch"}))
    formatted = format_text(text)
    assert json.dumps(data_of(read(formatted, "w.flow.yaml").workflow)) == json.dumps(data)
    assert list(read(formatted, "w.flow.yaml").data) == list(data)
    assert format_text(formatted) == formatted


def test_json_is_put_in_order_too() -> None:
    text = '{"tasks": [{"message": "x", "kind": "log", "id": "a"}], "name": "w", "overture": 1}'
    assert json.loads(format_text(text, "w.flow.json")) == json.loads(text)
    assert list(json.loads(format_text(text, "w.flow.json"))) == ["overture", "name", "tasks"]
    assert format_text(format_text(text, "w.flow.json"), "w.flow.json") == format_text(text, "w.flow.json")


def test_a_text_with_findings_is_left_alone() -> None:
    with pytest.raises(FormattingError) as caught:
        format_text("overture: 1\nname: w\ntask: []\n")
    assert caught.value.diagnostics
    assert "has findings" in str(caught.value)


def test_what_is_spelt_in_a_rare_way_keeps_its_meaning() -> None:
    text = "? name\n: w\n? overture\n: 1\ntasks: [{message: a, kind: log, id: a}]\n"
    formatted = format_text(text)
    assert data_of(read(formatted, "a.yaml").workflow) == data_of(read(text, "a.yaml").workflow)
    assert "{id: a, kind: log, message: a}" in formatted


def test_the_last_line_may_lack_its_end() -> None:
    assert format_text("tasks: [{id: a, kind: fail, message: x}]\nname: w\noverture: 1") == (
        "overture: 1\nname: w\ntasks: [{id: a, kind: fail, message: x}]\n"
    )


def test_every_worked_example_is_formatted() -> None:
    folder = Path(__file__).parents[2] / "prompts" / "overture_prompts" / "examples"
    for path in folder.glob("*.flow.yaml"):
        text = path.read_text(encoding="utf-8")
        assert format_text(text, path.name) == text, path.name
