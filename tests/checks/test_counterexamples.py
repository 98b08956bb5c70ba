"""Workflows that the checker once accepted and whose runs then failed as it claims they cannot (tests/soundness)."""

from __future__ import annotations

import pytest
from checking import codes

HOOKED = """
    inputs: {n: {type: integer, default: 1}, s: {type: string, default: a}}
    secrets: [KEY]
    state: {last: {type: string, default: x}}
    triggers:
      - {type: webhook, key: KEY, returns: {type: object, properties: {a: {type: string}}, required: [a]}, %s}
    tasks: [{id: a, kind: log, message: "{{ inputs.n }} {{ inputs.s }} {{ state.last }}"}]
"""


@pytest.mark.parametrize("name", ["run.id", "run.started_at", "inputs.s", "state.last"])
def test_a_trigger_gives_inputs_of_its_own_data_only(name: str) -> None:
    assert codes(HOOKED % f"inputs: {{s: '{{{{ {name} }}}}'}}") == ["OV207"]


def test_a_trigger_may_ask_its_data_and_the_inputs_whether_there_is_a_run() -> None:
    assert codes(HOOKED % "inputs: {s: '{{ trigger.body.a }}'}, when: trigger.body.a != inputs.s") == []
    assert codes(HOOKED % "when: state.last == 'x'") == ["OV207"]


def test_what_is_asserted_after_a_stop_does_not_hold_for_the_outputs() -> None:
    document = """
        inputs:
          {flag: {type: boolean, default: true}, n: {type: integer, default: 1}, rows: {type: array, default: [1]}}
        tasks:
          %s
          - {id: way, kind: branch, cases: [{when: inputs.rows is empty, tasks: [{id: l, kind: log, message: x}]}]}
          - {id: not_so, kind: fail, when: tasks.way.taken == 'else', message: "{{ inputs.n }}"}
        outputs: {o: tasks.way.taken}
    """
    assert codes(document % "- {id: enough, kind: stop, when: inputs.flag}") == ["OV208"]
    assert codes(document % "- {id: enough, kind: log, message: '{{ inputs.flag }}'}") == []


@pytest.mark.parametrize(
    ("read", "found"),
    [
        ("inputs.rows[-1].due", ["OV210", "OV208"]),
        ("(inputs.rows | first).size.name", ["OV210", "OV208"]),
        ("(inputs.rows | first).size | upper", ["OV210", "OV306"]),
        ("inputs.rows[0].id + 'a'", ["OV210", "OV306"]),
        ("inputs.rows[0].due | default('none')", []),
        ("inputs.rows[0].id + 1", ["OV210"]),
    ],
)
def test_the_warning_of_a_short_list_hides_no_error(read: str, found: list[str]) -> None:
    document = f"""
        inputs:
          rows:
            type: array
            items:
              type: object
              properties: {{id: {{type: integer}}, due: {{type: string}}, size: {{type: ["null", object]}}}}
              required: [id, size]
        tasks: [{{id: a, kind: log, message: "{{{{ {read} }}}}"}}]
    """
    assert sorted(codes(document)) == sorted(found)
