"""Workflows that call one another."""

from __future__ import annotations

from checking import codes, verdict

CALLER = """
    tasks:
      - {id: ask, kind: call, workflow: other, inputs: {count: 1}}
      - {id: tell, kind: log, message: "{{ tasks.ask.value.double + 1 }}"}
"""
OTHER = """\
    overture: 1
    name: other
    inputs: {count: {type: integer}}
    tasks: [{id: two, kind: set, values: {double: "{{ inputs.count * 2 }}"}}]
    outputs: {double: tasks.two.double}
"""


def test_a_call_knows_the_inputs_and_outputs_of_the_other() -> None:
    assert codes(CALLER, OTHER) == []
    assert codes(CALLER.replace("count: 1", "count: one"), OTHER) == ["OV306"]
    assert codes(CALLER.replace("count: 1", "number: 1"), OTHER) == ["OV503", "OV203"]
    assert codes(CALLER.replace("count: 1", "counts: 1"), OTHER) == ["OV203"]
    assert codes(CALLER.replace("double", "triple"), OTHER) == ["OV204"]
    assert codes(CALLER, OTHER.replace("inputs.count * 2", "inputs.count | string")) == ["OV306"]


def test_a_call_that_does_not_wait_has_no_value() -> None:
    assert codes(CALLER.replace("count: 1}", "count: 1}, wait: false"), OTHER) == ["OV204"]


def test_a_workflow_that_is_not_there_cannot_be_called() -> None:
    assert codes(CALLER.replace("workflow: other", "workflow: nowhere"), OTHER) == ["OV211"]


def test_a_workflow_never_calls_itself() -> None:
    assert codes("tasks: [{id: again, kind: call, workflow: example}]\n") == ["OV211"]


def test_a_workflow_with_errors_cannot_be_called() -> None:
    broken = verdict(CALLER, OTHER.replace("tasks.two.double", "tasks.three.double"))
    assert [each.code for each in broken.diagnostics] == ["OV211"]
    assert broken.checked is None
    assert [each.message for each in broken.diagnostics[0].related] == ["task `three` does not exist"]


def test_a_workflow_of_the_wrong_shape_cannot_be_called() -> None:
    found = verdict(CALLER, OTHER.replace("kind: set", "kind: sett"))
    assert [each.code for each in found.diagnostics] == ["OV211"]


def test_a_warning_in_the_other_workflow_is_no_matter_here() -> None:
    assert codes(CALLER, OTHER.replace("integer}", "integer}, spare: {type: string, default: a}")) == []


def test_calls_that_lead_back_are_refused() -> None:
    first = "tasks: [{id: ask, kind: call, workflow: other}]\n"
    other = "overture: 1\nname: other\ntasks: [{id: ask, kind: call, workflow: example}]\n"
    found = verdict(first, other)
    assert [each.code for each in found.diagnostics] == ["OV211"]
    assert [each.message for each in found.diagnostics[0].related] == [
        "workflows call one another: `example` -> `other` -> `example`"
    ]


def test_many_ways_to_one_workflow_are_no_ring() -> None:
    names = [f"level_{number}" for number in range(30)]
    others = [
        f"overture: 1\nname: {name}\ntasks:\n"
        f"  - {{id: one, kind: call, workflow: {below}}}\n  - {{id: two, kind: call, workflow: {below}}}\n"
        for name, below in zip(names, [*names[1:], "last"], strict=True)
    ]
    last = "overture: 1\nname: last\ntasks: [{id: hello, kind: log, message: hello}]\n"
    assert codes("tasks: [{id: start, kind: call, workflow: level_0}]\n", *others, last) == []
