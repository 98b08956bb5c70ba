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
        ("(inputs.rows | first) | combine({})", ["OV210"]),
        ("inputs.nulls[-1] | upper", ["OV210", "OV208"]),
    ],
)
def test_the_warning_of_a_short_list_hides_no_error(read: str, found: list[str]) -> None:
    document = f"""
        inputs:
          nulls: {{type: array, items: {{type: [string, "null"]}}, default: []}}
          rows:
            type: array
            items:
              type: object
              properties: {{id: {{type: integer}}, due: {{type: string}}, size: {{type: ["null", object]}}}}
              required: [id, size]
        tasks: [{{id: a, kind: log, message: "{{{{ {read} }}}}"}}]
        outputs: {{all: "[inputs.nulls, inputs.rows]"}}
    """
    assert sorted(codes(document)) == sorted(found)


_MIXED = """
    inputs:
      mixed: {type: [string, integer], default: 1}
      other: {type: [string, integer], default: 1}
      part: {type: [object, string], properties: {a: {type: string}}, required: [a], default: {a: x}}
      many: {type: array, items: {type: [string, integer]}, default: [1]}
      keys: {type: [array, object], items: {type: string}, default: []}
      yes: {type: [boolean, string], default: true}
    tasks:
      - {id: used, kind: set, values: {all: ['{{ inputs.other }}', '{{ inputs.keys }}', '{{ inputs.yes }}']}}
      - {id: also, kind: set, values: {all: ['{{ inputs.mixed }}', '{{ inputs.part }}', '{{ inputs.many }}']}}
"""


@pytest.mark.parametrize(
    "read",
    [
        "inputs.mixed + 1",
        "inputs.mixed + inputs.other",
        "-inputs.mixed",
        "inputs.mixed < 2",
        "inputs.mixed | upper",
        "'a' | replace('a', inputs.mixed)",
        "inputs.part.a",
        "inputs.keys['a'] | default('')",
        "inputs.keys[0] | default('')",
        "inputs.many | sort",
        "inputs.many | sum",
        "1 in inputs.part",
        "inputs.many[inputs.mixed:]",
        "{(inputs.mixed): 1}",
        "'a' if inputs.yes else 'b'",
        "[inputs.mixed, 2] | max",
    ],
)
def test_a_value_that_may_be_of_a_kind_that_does_not_fit_is_told(read: str) -> None:
    found = codes(f'{_MIXED}      - {{id: x, kind: set, values: {{v: "{{{{ {read} }}}}"}}}}\n')
    assert found == ["OV306"]


@pytest.mark.parametrize(
    "read",
    [
        "inputs.mixed ~ 1",
        "inputs.mixed + 1 if inputs.mixed is number else 0",
        "inputs.mixed is string and inputs.mixed | upper == 'A'",
        "inputs.mixed == inputs.other",
        "inputs.part.a if inputs.part is mapping else inputs.part",
        "inputs.many | unique",
        "inputs.keys | length",
        "[1, 'a'][1] | upper",
        "[1, {a: {b: 2}}][1].a.b + 1",
        "('{}' | fromjson | default('')) + 'a'",
    ],
)
def test_a_value_that_is_asked_first_may_be_of_any_kind(read: str) -> None:
    assert codes(f'{_MIXED}      - {{id: x, kind: set, values: {{v: "{{{{ {read} }}}}"}}}}\n') == []


@pytest.mark.parametrize("kind", ['[{"a": 1}]', "[[]]", '{"a": 1}', "[null, string]"])
def test_a_schema_of_any_form_is_told_and_not_stumbled_over(kind: str) -> None:
    task = f"{{id: a, kind: ai, prompt: hello, returns: {{type: object, properties: {{x: {{type: {kind}}}}}}}}}"
    document = f"tasks:\n  - {task}\n  - {{id: b, kind: log, message: '{{{{ tasks.a.value | tojson }}}}'}}\n"
    assert "OV313" in codes(document)


def test_a_value_for_an_input_whose_schema_is_wrong_is_not_judged() -> None:
    head = "triggers: [{type: schedule, cron: '0 9 * * *', timezone: UTC, inputs: {a: 3}}]\n"
    task = "tasks: [{id: x, kind: log, message: '{{ inputs.a }}'}]\n"
    assert codes(f"inputs: {{a: {{type: text, default: 1}}}}\n{head}{task}") == ["OV313"]
