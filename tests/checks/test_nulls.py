"""A null where none may be fails the task that reads it: told before, unless a guard or default rules it out."""

from __future__ import annotations

import pytest
from checking import told

INPUTS = """
    inputs:
      text: {type: [string, "null"], default: null}
      number: {type: [integer, "null"], default: null}
      truth: {type: [boolean, "null"], default: null}
      list: {type: [array, "null"], items: {type: [integer, "null"]}, default: null}
      full: {type: array, items: {type: [integer, "null"]}, default: [1]}
      rows:
        type: array
        default: []
        items: {type: object, properties: {at: {type: [string, "null"]}}, required: [at]}
"""
USED = (
    "      - {id: used, kind: set, values: {all: ["
    + ", ".join(f"'{{{{ inputs.{name} }}}}'" for name in ("text", "number", "truth", "list", "full", "rows"))
    + "]}}\n"
)


def _told(task: str) -> list[tuple[str, str, str]]:
    return told(f"{INPUTS}    tasks:\n{USED}      - {{id: x, {task}}}\n")


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("inputs.text + 'a'", "inputs.text"),
        ("1 + inputs.number", "inputs.number"),
        ("-inputs.number", "inputs.number"),
        ("inputs.number * inputs.number", "inputs.number"),
        ("inputs.number > 3", "inputs.number"),
        ("'a' < inputs.text", "inputs.text"),
        ("1 in inputs.list", "inputs.list"),
        ("inputs.text | upper", "inputs.text"),
        ("inputs.list | length", "inputs.list"),
        ("inputs.number | round", "inputs.number"),
        ("'a' | replace('a', inputs.text)", "inputs.text"),
        ("inputs.list is empty", "inputs.list"),
        ("inputs.full | sum", "sum"),
        ("inputs.full | sort | tojson", "sort"),
        ("inputs.rows | sort(attribute='at') | tojson", "'at'"),
        ("inputs.full[inputs.number:] | tojson", "inputs.number"),
        ("'a' if inputs.truth else 'b'", "inputs.truth"),
        ("not inputs.truth", "inputs.truth"),
        ("inputs.truth or inputs.full is empty", "inputs.truth"),
        ("'abc' | extract('b') | upper", "'abc' | extract('b')"),
        ("inputs.text | upper | default('')", "inputs.text"),
    ],
)
def test_null_is_told_where_it_has_no_meaning(expression: str, place: str) -> None:
    assert _told(f'kind: log, message: "{{{{ {expression} }}}}"') == [("OV208", "error", place)]


@pytest.mark.parametrize(
    "expression",
    [
        "inputs.text",
        "inputs.text ~ 'a'",
        "inputs.text == 'a'",
        "inputs.text != inputs.number",
        "inputs.text in ['a', null]",
        "inputs.text | default('') | upper",
        "inputs.text | upper if inputs.text != null else ''",
        "inputs.text is not none and inputs.text > 'a'",
        "inputs.text is string and inputs.text > 'a'",
        "inputs.text is none or inputs.text > 'a'",
        "inputs.text | string",
        "inputs.text | escape",
        "inputs.text | slugify",
        "inputs.number | tojson",
        "inputs.full | reject('none') | sum",
        "inputs.full | select('gt', 2) | max",
        "inputs.rows | rejectattr('at', 'none') | sort(attribute='at') | tojson",
        "inputs.rows | selectattr('at', 'lt', 'b') | sort(attribute='at') | tojson",
        "inputs.full | join(', ')",
        "'1' | fromjson + 1",
        "(inputs.truth | default(false)) or inputs.full is empty",
    ],
)
def test_null_is_no_matter_where_it_has_a_meaning_or_cannot_be(expression: str) -> None:
    assert [each for each in _told(f'kind: log, message: "{{{{ {expression} }}}}"') if each[1] == "error"] == []


def test_one_null_is_told_once() -> None:
    found = _told('kind: log, message: "{{ inputs.text | upper }} {{ inputs.text | lower }} {{ inputs.text + 1 }}"')
    assert [code for code, _, _ in found] == ["OV208", "OV306"]


def test_null_is_told_in_a_condition() -> None:
    assert _told("kind: log, message: a, when: inputs.number > 3") == [("OV208", "error", "inputs.number")]
    assert _told("kind: log, message: a, when: inputs.number != null and inputs.number > 3") == []


FETCHED = (
    "kind: http, url: 'https://example.com', "
    "returns: {type: object, properties: {list: {type: [array, 'null']}, text: {type: [string, 'null']}}, "
    "required: [list, text]}"
)


def _handed(task: str, more: str = "") -> list[tuple[str, str, str]]:
    return told(f"{more}\ntasks:\n  - {{id: x, {FETCHED}}}\n  - {{id: y, {task}}}\n")


@pytest.mark.parametrize(
    ("task", "place"),
    [
        (
            "kind: foreach, items: 'tasks.x.body.list', as: one, tasks: [{id: z, kind: log, message: '{{ one }}'}]",
            "'tasks.x.body.list'",
        ),
        ("kind: write_file, path: a, format: lines, content: '{{ tasks.x.body.list }}'", "'{{ tasks.x.body.list }}'"),
        ("kind: remember, values: {kept: '{{ tasks.x.body.text }}'}", "'{{ tasks.x.body.text }}'"),
    ],
)
def test_null_is_told_where_a_list_a_text_or_a_number_is_taken(task: str, place: str) -> None:
    state = "state: {kept: {type: string, default: ''}}" if "kept" in task else ""
    assert _handed(task, state) == [("OV208", "error", place)]
    read = place.strip("'{} ")
    instead = "[]" if read.endswith("list") else '""'
    assert _handed(task.replace(read, f"{read} | default({instead})"), state) == []


def test_null_in_a_handler_is_a_warning() -> None:
    handler = 'finally: [{id: y, kind: log, message: "{{ inputs.a | upper }}"}]\n'
    flow = f'inputs: {{a: {{type: [string, "null"], default: null}}}}\ntasks: [{{id: x, {FETCHED}}}]\n{handler}'
    assert told(flow) == [("OV208", "warning", "inputs.a")]
