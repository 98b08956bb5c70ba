"""A value that certainly does not fit is told where it is handed on: to inputs, state, loops, fields of tasks."""

from __future__ import annotations

import pytest
from checking import told, verdict

HEAD = """
secrets: [S]
inputs: {text: {type: string, default: a}, rows: {type: array, items: {type: object}, default: []}}
state: {count: {type: integer, default: 0}}
tasks:
  - {id: used, kind: log, message: "{{ secrets_of }}{{ inputs.text }}{{ inputs.rows }}"}
""".replace("{{ secrets_of }}", "")
SQL = "kind: sql, connection: '{{ secrets.S }}', query: 'select :a', params: "
MAIL = "kind: email, connection: '{{ secrets.S }}', from: a@b.example, subject: s, text: t, to: "
LOOP = "kind: foreach, as: one, tasks: [{id: z, kind: log, message: '{{ one }}'}], items: "


@pytest.mark.parametrize(
    ("task", "wrong", "right"),
    [
        (LOOP, "inputs.text", "inputs.rows"),
        (LOOP, "inputs.rows | length", "'range(0, inputs.rows | length)'"),
        (SQL, "[1, 2]", "[{a: 1}, {a: 2}]"),
        (SQL, "'{{ inputs.text }}'", "{a: '{{ inputs.text }}'}"),
        (MAIL, "3", "a@b.example"),
        (MAIL, "{a: b}", "[a@b.example, c@d.example]"),
        ("kind: write_file, path: a, format: csv, content: ", "'{{ inputs.text }}'", "'{{ inputs.rows }}'"),
        ("kind: write_file, path: a, format: lines, content: ", "'{{ inputs.text }}'", "[a, b]"),
        ("kind: remember, values: {count: ", "'{{ inputs.text }}'", "'{{ state.count + 1 }}'"),
    ],
)
def test_a_field_takes_only_what_it_can_use(task: str, wrong: str, right: str) -> None:
    end = "}" if "values: {" in task else ""
    found = told(f"{HEAD}  - {{id: x, {task}{wrong}{end}}}\n")
    assert [each for each in found if each[0] != "OV702"] == [("OV306", "error", wrong)]
    assert [each for each in told(f"{HEAD}  - {{id: x, {task}{right}{end}}}\n") if each[0] != "OV702"] == []


def test_a_misfit_says_what_is_where() -> None:
    other = """\
        overture: 1
        name: other
        inputs: {who: {type: object, properties: {age: {type: integer}}, required: [age]}}
        tasks: [{id: a, kind: log, message: "{{ inputs.who.age }}"}]
    """
    call = "tasks: [{id: x, kind: call, workflow: other, inputs: {who: {age: old}}}]\n"
    assert [each.message for each in verdict(call, other).diagnostics] == ["`who.age` is 'old', not integer"]
    assert told(call.replace("old", "7"), other) == []
