"""What people stumbled over: one mistake is one finding, and its help names the way on."""

from __future__ import annotations

import pytest
from checking import codes, messages, told, verdict

LOOP = """
inputs: {{orders: {{type: array, items: {{type: object, properties: {{note: {{type: string}}}}}}, default: []}}}}
tasks:
  - id: each
    kind: foreach
    items: inputs.orders
    as: order
    tasks:
      - {{id: x, {}}}
"""


@pytest.mark.parametrize(
    "task",
    [
        'kind: shell, command: ["echo {{ order.note }}"]',
        "kind: python, code: \"def main(): return '{{ order.note }}'\"",
        'kind: repeat, attempts: 2, until: "true == true", tasks: [{id: y, kind: shell, command: ["{{ order }}"]}]',
    ],
)
def test_the_name_of_a_loop_in_a_literal_field_is_an_error(task: str) -> None:
    assert "OV314" in codes(LOOP.format(task))


@pytest.mark.parametrize(
    "task",
    [
        'kind: python, code: "def main(order): return f\'{{ order }}\'", args: {order: "{{ order.note }}"}',
        "kind: python, code: \"def main(): return '{{ other }}'\"",
    ],
)
def test_other_names_in_a_literal_field_are_text(task: str) -> None:
    assert "OV314" not in codes(LOOP.format(task))


def test_outside_of_its_loop_the_name_is_text() -> None:
    document = (
        LOOP.format("kind: log, message: a")
        + '  - {id: z, kind: shell, command: [echo, a], description: "{{ order }}"}\n'
    )
    assert "OV314" not in codes(document)


OPEN = """
inputs: {{{}}}
triggers:
  - {{type: schedule, cron: "0 9 * * *", timezone: UTC}}
  - {{type: schedule, cron: "0 10 * * *", timezone: UTC{}}}
tasks:
  - {{id: tell, kind: log, message: "{{{{ inputs.a }}}}{}"}}
"""


def test_a_default_that_lacks_is_told_once_for_all_triggers() -> None:
    found = verdict(OPEN.format("a: {type: string}", "", "")).diagnostics
    assert [each.message for each in found] == ["this trigger leaves input `a` open"]
    assert [each.message for each in found[0].related] == [
        "declared here without a default",
        "this trigger leaves it open too",
    ]


def test_inputs_that_the_same_triggers_leave_open_are_told_together() -> None:
    two = "a: {type: string}, b: {type: string}"
    assert messages(OPEN.format(two, "", "{{ inputs.b }}")) == ["this trigger leaves inputs `a` and `b` open"]


def test_inputs_that_different_triggers_leave_open_are_told_each() -> None:
    two = "a: {type: string}, b: {type: string}"
    found = told(OPEN.format(two, ", inputs: {b: c}", "{{ inputs.b }}"))
    assert [(code, text) for code, _, text in found] == [("OV503", "schedule"), ("OV503", "schedule")]
    three = two + ", c: {type: string}"
    document = OPEN.format(three, ", inputs: {b: c}", "{{ inputs.b }}{{ inputs.c }}").replace(
        "UTC}", "UTC, inputs: {c: d}}", 1
    )
    assert len(messages(document)) == 3
