from __future__ import annotations

import copy
import difflib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overture.language.canonical import data_of
from overture.language.patching import patch
from overture.language.reading import read
from overture.language.workflow import Workflow
from overture.language.writing import write, write_data

from .generation import whole_workflows, workflows

TEXT = """\
# Head.
overture: 1
name:   w     # the name

# tasks begin
tasks:
-   id: a
    kind: log
    level:  info   # spelt out
    message: 'one'   # quoted so
    # end of a

# about b
-   {id: b,   kind: log, message: "two"}
-   kind: branch
    id: c
    cases:
    - when: inputs.x   # why
      tasks:
      - id: d
        kind: log
        message: |
          three
      # about e
      - id: e
        kind: fail
        message: four
    else:
    - {id: f, kind: log, message: five}
# end
"""


def changed(change: Any, text: str = TEXT) -> tuple[str, list[str]]:
    """The text after a change of its data, and the lines that differ."""
    before = read(text, "w.yaml")
    document = copy.deepcopy(data_of(before.workflow))
    change(document)
    after = patch(before, document)
    assert data_of(read(after, "w.yaml").workflow) == document
    lines = difflib.ndiff(text.splitlines(), after.splitlines())
    return after, [line for line in lines if line[0] in "+-"]


def test_no_change_changes_nothing() -> None:
    assert changed(lambda document: None) == (TEXT, [])


def test_one_field_changes_one_line() -> None:
    _, lines = changed(lambda document: document["tasks"][0].update(message="uno"))
    assert lines == ["-     message: 'one'   # quoted so", "+     message: uno"]


def test_a_change_deep_inside_leaves_everything_round_it() -> None:
    _, lines = changed(lambda document: document["tasks"][2]["cases"][0]["tasks"][1].update(message="vier"))
    assert lines == ["-         message: four", "+         message: vier"]


def test_a_new_field_stands_where_it_belongs() -> None:
    after, lines = changed(lambda document: document["tasks"][0].update(when="inputs.y"))
    assert lines == ["+     when: inputs.y"]
    assert "    kind: log\n    when: inputs.y\n    level" in after


def test_a_removed_task_takes_its_comments_along() -> None:
    _, lines = changed(lambda document: document["tasks"].pop(1))
    assert lines == ["- ", "- # about b", '- -   {id: b,   kind: log, message: "two"}']


def test_a_new_task_is_written_at_the_indentation_of_its_list() -> None:
    new = {"id": "g", "kind": "log", "message": "six"}
    _, lines = changed(lambda document: document["tasks"].insert(2, new))
    assert lines == ["+ - {id: g, kind: log, message: six}"]


def test_a_moved_task_moves_with_its_comments() -> None:
    after, _ = changed(lambda document: document["tasks"].reverse())
    assert '# about b\n-   {id: b,   kind: log, message: "two"}\n-   id: a\n' in after


def test_a_new_field_of_the_workflow_stands_before_its_tasks() -> None:
    _, lines = changed(lambda document: document.update(inputs={"x": {"type": "boolean"}}, secrets=["A"]))
    assert lines == ["+ inputs: {x: {type: boolean}}", "+ secrets: [A]"]


def test_a_default_that_is_spelt_out_stays_until_it_changes() -> None:
    _, lines = changed(lambda document: document["tasks"][0].update(level="error"))
    assert lines == ["-     level:  info   # spelt out", "+     level: error"]


def test_a_field_that_goes_back_to_its_default_goes() -> None:
    def change(document: Any) -> None:
        del document["tasks"][2]["else"]

    _, lines = changed(change)
    assert lines == ["-     else:", "-     - {id: f, kind: log, message: five}"]


def test_a_task_of_another_kind_is_the_same_task() -> None:
    def change(document: Any) -> None:
        document["tasks"][0] = {"id": "a", "kind": "fail", "message": "one"}

    _, lines = changed(change)
    assert lines == ["-     kind: log", "+     kind: fail", "-     level:  info   # spelt out"]


def test_json_is_written_anew() -> None:
    before = read('{"overture": 1, "name": "w", "tasks": [{"id": "a", "kind": "log", "message": "x"}]}', "w.flow.yaml")
    document = data_of(before.workflow) | {"name": "v"}
    assert read(patch(before, document), "w.flow.yaml").data == document


def test_only_a_workflow_can_be_patched() -> None:
    with pytest.raises(ValueError, match="only the text of a workflow"):
        patch(read("overture: 1\n", "w.yaml"), {})


@whole_workflows
@given(workflows(), workflows())
def test_any_workflow_can_become_any_other(one: Workflow, other: Workflow) -> None:
    after = read(patch(read(write(one), "w.yaml"), data_of(other)), "w.yaml")
    assert after.workflow == other


@whole_workflows
@given(workflows(), st.randoms(use_true_random=False))
def test_a_changed_task_leaves_the_lines_of_the_others(workflow: Workflow, random: Any) -> None:
    document = copy.deepcopy(data_of(workflow))
    index = random.randrange(len(document["tasks"]))
    document["tasks"][index]["source"] = "changed"
    text = write(workflow)
    after = patch(read(text, "w.yaml"), document)
    assert read(after, "w.yaml").workflow == read(write_data(document), "w.yaml").workflow
    for number, task in enumerate(data_of(workflow)["tasks"]):
        if number != index:
            own = "\n".join(write_data({"tasks": [task]}).splitlines()[1:])
            assert own in after
