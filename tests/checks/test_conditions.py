"""Conditions that data do not decide: comparisons that never hold, cases that others cover, repeats that cannot end."""

from __future__ import annotations

import pytest
from checking import told, verdict

INPUTS = """
inputs:
  word: {enum: [a, b, c], default: a}
  number: {type: integer, default: 1}
  text: {type: string, default: x}
  maybe: {type: [string, "null"], default: null}
  list: {type: array, items: {type: string}, default: []}
tasks:
  - {id: used, kind: log, message: "{{ inputs.word }}{{ inputs.number }}{{ inputs.text }}{{ inputs.maybe }}"}
  - {id: too, kind: log, message: "{{ inputs.list }}"}
"""


def _when(condition: str) -> list[tuple[str, str, str]]:
    return told(f'{INPUTS}  - {{id: x, kind: log, message: m, when: "{condition}"}}\n')


@pytest.mark.parametrize(
    ("condition", "place"),
    [
        ("inputs.word == 'd'", "'d'"),
        ("'d' != inputs.word", "'d'"),
        ("inputs.word in ['a', 'd']", "'d'"),
        ("inputs.word not in ['d', 'a']", "'d'"),
        ("inputs.word in ['d', 'e']", "inputs.word in ['d', 'e']"),
        ("inputs.number == 'a'", "inputs.number == 'a'"),
        ("inputs.number in inputs.list", "inputs.number in inputs.list"),
        ("inputs.maybe == 1", "inputs.maybe == 1"),
        ("inputs.text is number", "number"),
        ("inputs.number is not string", "string"),
        ("tasks.used.state == 'success'", "'success'"),
        ("run.trigger == 'cron'", "'cron'"),
    ],
)
def test_a_comparison_that_never_holds_is_told_at_what_is_wrong(condition: str, place: str) -> None:
    assert _when(condition) == [("OV308", "warning", place)]


@pytest.mark.parametrize(
    "condition",
    [
        "inputs.word == 'a'",
        "inputs.word in ['a', 'c']",
        "inputs.text == 'd'",
        "inputs.number == 1.0",
        "inputs.number is number",
        "inputs.maybe is string",
        # to be careful is no mistake
        "inputs.text != null and inputs.number > 1",
        "inputs.text is defined and inputs.number > 1",
        "inputs.maybe | default('') == 'a'",
        "run.trigger in ['schedule', 'manual']",
    ],
)
def test_a_comparison_that_may_hold_is_not(condition: str) -> None:
    assert _when(condition) == []


def test_the_nearest_value_is_told() -> None:
    document = "tasks:\n  - {id: a, kind: log, message: m}\n  - {id: b, kind: log, message: m, when: %s}\n"
    found = verdict(document % "tasks.a.state == 'succeded'").diagnostics
    assert [each.help for each in found] == ["did you mean `succeeded`?"]


@pytest.mark.parametrize(
    "condition",
    [
        "inputs.number > 3 and inputs.number < 2",
        "inputs.number > 3 and inputs.number <= 3",
        "inputs.number >= 3 and 2 == inputs.number",
        "inputs.word == 'a' and inputs.word == 'b'",
        "inputs.number == 1 and inputs.number != 1",
    ],
)
def test_conditions_that_rule_each_other_out_are_one_finding(condition: str) -> None:
    assert _when(condition) == [("OV403", "warning", f'"{condition}"')]


@pytest.mark.parametrize(
    "condition",
    [
        "inputs.number > 3 and inputs.number < 5",
        "inputs.number >= 3 and inputs.number <= 3",
        "inputs.number > 3 or inputs.number < 2",
        "inputs.number > 3 and inputs.number != 5",
        "not (inputs.number > 3) and inputs.number >= 3",
    ],
)
def test_bounds_that_leave_room_are_not(condition: str) -> None:
    assert _when(condition) == []


def _branch(*conditions: str, has_else: bool = True) -> list[tuple[str, str, str]]:
    cases = "".join(
        f'      - {{when: "{condition}", tasks: [{{id: c{number}, kind: log, message: m}}]}}\n'
        for number, condition in enumerate(conditions)
    )
    otherwise = "    else: [{id: other, kind: log, message: m}]\n" if has_else else ""
    return told(f"{INPUTS}  - id: way\n    kind: branch\n    cases:\n{cases}{otherwise}")


@pytest.mark.parametrize(
    "conditions",
    [
        ("inputs.word == 'a'", "inputs.word == 'a'"),
        ("inputs.word == 'a'", "inputs.word in ['a']"),
        ("inputs.word in ['a', 'b']", "inputs.word == 'a'"),
        ("inputs.word == 'a'", "inputs.word == 'b'", "inputs.word in ['a', 'b']"),
        ("inputs.number > 3", "inputs.number > 5"),
        ("inputs.number >= 3", "inputs.number == 3"),
        ("inputs.number > 3 or inputs.text == 'a'", "inputs.text == 'a'"),
        ("inputs.text == 'a'", "inputs.number > 3 and inputs.text == 'a'"),
    ],
)
def test_a_case_that_earlier_ones_cover_is_told(conditions: tuple[str, ...]) -> None:
    assert _branch(*conditions) == [("OV407", "warning", f'"{conditions[-1]}"')]


@pytest.mark.parametrize(
    "conditions",
    [
        ("inputs.word == 'a'", "inputs.word == 'b'"),
        ("inputs.word in ['a', 'b']", "inputs.word in ['b', 'c']"),
        ("inputs.number > 5", "inputs.number > 3"),
        ("inputs.number == 3", "inputs.number > 3", "inputs.number < 3"),
        ("inputs.text == 'a' and inputs.number > 3", "inputs.text == 'a'"),
        ("inputs.maybe == null", "inputs.maybe == 'a'"),
    ],
)
def test_a_case_that_asks_for_more_is_not(conditions: tuple[str, ...]) -> None:
    assert _branch(*conditions) == []


def test_the_case_that_covers_is_shown() -> None:
    found = verdict(f"""{INPUTS}
  - id: way
    kind: branch
    cases:
      - {{when: inputs.text == 'z', tasks: [{{id: one, kind: log, message: m}}]}}
      - {{when: inputs.number > 3, tasks: [{{id: two, kind: log, message: m}}]}}
      - {{when: inputs.number > 5, tasks: [{{id: three, kind: log, message: m}}]}}
""").diagnostics
    assert [each.related[0].at.pointer for each in found] == ["/tasks/2/cases/1/when"]


def test_cases_that_take_every_value_leave_nothing_for_what_follows() -> None:
    every = ("inputs.word == 'a'", "inputs.word == 'b'", "inputs.word == 'c'")
    assert _branch(*every, has_else=False) == []
    assert _branch(*every) == [("OV407", "info", "else")]
    assert _branch(*every, "inputs.number > 1") == [("OV407", "warning", '"inputs.number > 1"')]
    assert _branch("inputs.number > 3", "inputs.number <= 3") == [("OV407", "info", "else")]


def test_a_constant_case_is_a_constant_condition_and_nothing_else() -> None:
    assert _branch("true") == [("OV405", "warning", '"true"')]
    assert _branch("inputs.word == 'a'", "1 < 2") == [("OV405", "warning", '"1 < 2"')]


STATUS = (
    "{id: x, kind: http, url: 'https://example.com', "
    "returns: {type: object, properties: {state: {enum: [run, done]}}, required: [state]}}"
)


def _repeat(until: str, *tasks: str) -> list[tuple[str, str, str]]:
    state = "state: {count: {type: integer, default: 0}, other: {type: integer, default: 0}}\n"
    kept = "  - {id: kept, kind: remember, values: {other: 1, count: '{{ state.count + state.other }}'}}\n"
    head = INPUTS.replace("tasks:\n", state + "tasks:\n")
    inner = ", ".join(tasks or (STATUS,))
    return told(f'{head}{kept}  - {{id: again, kind: repeat, attempts: 3, until: "{until}", tasks: [{inner}]}}\n')


@pytest.mark.parametrize(
    ("until", "tasks"),
    [
        ("false", ()),
        ("inputs.number > 3", ()),
        ("tasks.used.state == 'succeeded'", ()),
        ("tasks.x.state == 'succeeded'", ()),
        ("run.trigger == 'manual'", ()),
        ("state.count > 3", ()),
        ("tasks.x.a == 3", ("{id: x, kind: set, values: {a: '{{ inputs.number }}'}}",)),
    ],
)
def test_a_repeat_whose_rounds_change_nothing_is_told(until: str, tasks: tuple[str, ...]) -> None:
    assert _repeat(until, *tasks) == [("OV408", "warning", f'"{until}"')]


@pytest.mark.parametrize(
    ("until", "tasks"),
    [
        ("tasks.x.body.state == 'done'", ()),
        ("inputs.number > 3 or tasks.x.body.state == 'done'", ()),
        ("now() > '2027-01-01T00:00:00Z'", ()),
        ("tasks.x.state == 'succeeded'", ("{id: x, kind: shell, command: [ls], on_error: continue}",)),
        ("state.count > 3", ("{id: x, kind: remember, values: {count: '{{ state.count + 1 }}'}}",)),
        ("tasks.y.a == 'done'", (STATUS, "{id: y, kind: set, values: {a: '{{ tasks.x.body.state }}'}}")),
        ("tasks.t.failed", ("{id: t, kind: try, tasks: [{id: x, kind: shell, command: [ls]}]}",)),
    ],
)
def test_a_repeat_that_reads_what_its_rounds_do_is_not(until: str, tasks: tuple[str, ...]) -> None:
    assert [each for each in _repeat(until, *tasks) if each[0] == "OV408"] == []
