"""Texts of the document: what is literal, what is read, what cannot be read (language.md 2)."""

from __future__ import annotations

import pytest
from checking import codes, verdict

A = "inputs: {a: {type: string, default: a}}\n"
USED = "  - {id: used, kind: log, message: '{{ inputs.a }}'}\n"


@pytest.mark.parametrize(
    "task",
    [
        "kind: log, message: a, description: '{{ inputs.a }}'",
        "kind: log, message: a, source: '{{ inputs.a }}'",
        "kind: python, code: \"def main(): return '{{ inputs.a }}'\"",
        "kind: python, code: 'def main(): return 1', requirements: ['{{ inputs.a }}']",
        "kind: shell, command: ['{{ inputs.a }}']",
        "kind: http, url: 'https://a.example', hosts: ['{{ inputs.a }}']",
        "kind: http, url: 'https://a.example', pages: {style: page, param: '{{ inputs.a }}'}",
        "kind: http, url: 'https://a.example', returns: {enum: ['{{ inputs.a }}']}",
        "kind: foreach, items: ['{{ inputs.a }}'], as: one, tasks: [{id: y, kind: log, message: '{{ one }}'}]",
    ],
)
def test_an_expression_over_our_names_in_a_literal_field_is_an_error(task: str) -> None:
    assert codes(f"{A}tasks:\n{USED}  - {{id: x, {task}}}\n") == ["OV314"]


@pytest.mark.parametrize(
    "more",
    [
        "description: '{{ inputs.a }}'\n",
        "labels: {team: '{{ inputs.a }}'}\n",
        "state: {s: {type: string, default: '{{ inputs.a }}'}}\n",
    ],
)
def test_so_it_is_in_the_documents_own_fields(more: str) -> None:
    used = USED.replace("inputs.a }}", "inputs.a }}{{ state.s }}") if "state" in more else USED
    assert codes(f"{A}{more}tasks:\n{used}") == ["OV314"]


def test_other_braces_in_a_literal_field_are_text() -> None:
    code = "def main(x): return f'{{ x }} {{}} {{% raw %}}'"
    assert codes(f'tasks: [{{id: a, kind: python, code: "{code}", args: {{x: 1}}}}]\n') == []


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("a {{ b", ["OV301"]),
        ("{% if a %}", ["OV301"]),
        ("{{ '{%' }} {{ '{{' }} {# } }} {", []),
        ("{{ 1 + }}", ["OV301"]),
        ("{{ 'a' if true }}", ["OV301"]),
        ("{{ 'a' | uper }}", ["OV302"]),
        ("{{ 'a' is strng }}", ["OV303"]),
        ("{{ today() }}", ["OV304"]),
        ("{{ 'a' | truncate(size=3) }}", ["OV305"]),
        ("{{ 'a' + 1 }}", ["OV306"]),
        ("{{ 'a' < 1 }}", ["OV306"]),
        ("{{ 'a' and true }}", ["OV307"]),
        ("{{ 'b' if [] else 'c' }}", ["OV307"]),
        ("{{ 'a' == 1 }}", ["OV308"]),
        ("{{ 'a' | matches('(?<=a)b') }}", ["OV309"]),
        ("{{ now() | date('YYYY') }}", ["OV310"]),
        ("{{ 9223372036854775807 + 1 }}", ["OV311"]),
        ("{{ 1 // 0 }}", ["OV312"]),
    ],
)
def test_what_is_wrong_in_an_expression_is_one_finding(message: str, found: list[str]) -> None:
    assert codes(f'tasks: [{{id: a, kind: log, message: "{message}"}}]\n') == found


def test_a_text_that_does_not_parse_gives_no_second_finding() -> None:
    assert (
        codes("""
        inputs: {a: {type: string, default: a}}
        secrets: [TOKEN]
        tasks:
          - {id: x, kind: set, values: {v: "{{ inputs.a + }}", w: [1, {"a/b": "{{ secrets. }}"}]}}
          - {id: y, kind: log, message: "{{ tasks.x.v + 1 }} {{ tasks.x.w[1]['a/b'] * 2 }}"}
          - {id: z, kind: http, url: "https://{{ }}/a"}
          - {id: w, kind: log, message: a, when: "{{ inputs.a == 'a' }}"}
    """)
        == ["OV301"] * 4
    )


def test_a_name_that_is_misspelt_gives_no_second_finding() -> None:
    assert codes("""
        inputs: {city: {type: string, default: a}}
        secrets: [TOKEN]
        tasks:
          - {id: x, kind: log, message: "{{ inputs.cty }}"}
          - {id: y, kind: http, url: "https://a.example", auth: {type: bearer, token: "{{ secrets.TOKN }}"}}
    """) == ["OV203", "OV701"]


def test_what_nothing_reads_is_told() -> None:
    assert codes("""
        inputs: {city: {type: string, default: a}}
        secrets: [TOKEN]
        tasks:
          - {id: joke, kind: ai, prompt: a joke}
          - {id: file, kind: read_file, path: a.txt}
          - {id: each, kind: foreach, items: [1], as: one, collect: one + 1}
          - {id: kept, kind: set, values: {x: 1}}
    """) == ["OV212", "OV702", "OV214", "OV214", "OV214"]


@pytest.mark.parametrize(
    ("wait", "found"),
    [
        ("for: 1h30m", []),
        ("for: '{{ inputs.a }}'", []),
        ("for: soon", ["OV315"]),
        ("for: 5 minutes", ["OV315"]),
        ("until: 2030-01-31T09:00:00Z", []),
        ("until: tomorrow", ["OV315"]),
        ("until: '{{ inputs.a }}'", []),
    ],
)
def test_a_wait_is_for_a_duration_or_until_a_moment(wait: str, found: list[str]) -> None:
    assert codes(f"{A}tasks:\n{USED}  - {{id: x, kind: wait, {wait}}}\n") == found


@pytest.mark.parametrize(
    ("value", "then", "found"),
    [
        ("'{{ inputs.n }}'", "+ 1", []),
        ("' {{ inputs.n }} '", "+ 1", []),
        ("'n{{ inputs.n }}'", "+ 1", ["OV306"]),
        ("'{{ inputs.n }}{{ inputs.n }}'", "+ 1", ["OV306"]),
        ("'{{ inputs.n }}'", "+ 'a'", ["OV306"]),
    ],
)
def test_a_text_that_is_one_expression_keeps_its_type(value: str, then: str, found: list[str]) -> None:
    assert (
        codes(f"""
        inputs: {{n: {{type: integer, default: 1}}}}
        tasks:
          - {{id: x, kind: set, values: {{v: {value}}}}}
          - {{id: y, kind: log, message: "{{{{ tasks.x.v {then} }}}}"}}
    """)
        == found
    )


def test_a_state_has_a_first_value() -> None:
    flow = "state: {%s}\ntasks: [{id: x, kind: remember, values: {seen: '{{ state.seen + [1] }}'}}]\n"
    assert codes(flow % "seen: {type: array, default: []}") == []
    assert codes(flow % "seen: {type: array}") == ["OV313"]
    assert codes(flow % "seen: {type: string, default: ''}") == ["OV306"]
    assert codes(flow.replace("seen: '", "sen: '") % "seen: {type: array, default: []}") == ["OV206"]


def test_a_finding_stands_at_the_smallest_place() -> None:
    found = verdict('tasks: [{id: x, kind: log, message: "a {{ tasks.nobody.x }} b"}]\n')
    at = found.diagnostics[0].at
    line = 'tasks: [{id: x, kind: log, message: "a {{ tasks.nobody.x }} b"}]'
    assert line[at.column - 1 : at.end_column - 1] == "nobody"
