"""Secrets: declared, where they belong, and never written out."""

from __future__ import annotations

import pytest
from checking import codes

GITHUB = "ghp_" + "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R"


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("kind: http, url: 'https://a.example/{{ secrets.S }}'", []),
        ("kind: http, url: 'https://a.example', query: {a: '{{ secrets.S }}'}, headers: {X-A: '{{ secrets.S }}'}", []),
        ("kind: http, method: POST, url: 'https://a.example', body: {a: ['{{ secrets.S }}']}", []),
        ("kind: http, url: 'https://a.example', auth: {type: bearer, token: '{{ secrets.S }}'}", []),
        ("kind: shell, command: [ls], env: {A: '{{ secrets.S }}'}, stdin: '{{ secrets.S }}'", []),
        ("kind: sql, connection: '{{ secrets.S }}', query: select 1", []),
        ("kind: python, code: 'def main(a): return 1', args: {a: '{{ secrets.S }}'}", []),
        ("kind: http, url: 'https://a.example', when: secrets.S == 'a'", ["OV703"]),
        ("kind: log, message: '{{ secrets.S }}'", ["OV703"]),
        ("kind: set, values: {a: '{{ secrets.S }}'}", ["OV703"]),
        ("kind: shell, command: [ls, '{{ secrets.S }}']", ["OV703"]),
        ("kind: write_file, path: a.txt, content: '{{ secrets.S }}'", ["OV703"]),
        ("kind: fail, message: '{{ secrets.S }}'", ["OV703"]),
        ("kind: foreach, items: '[secrets.S]', as: one, tasks: [{id: y, kind: log, message: '{{ one }}'}]", ["OV703"]),
    ],
)
def test_a_secret_stands_where_it_is_kept(task: str, found: list[str]) -> None:
    assert codes(f"secrets: [S]\ntasks:\n  - {{id: x, {task}}}\n") == found


def test_a_secret_is_declared_and_used() -> None:
    assert codes("triggers: [{type: webhook, key: KEY}]\ntasks: [{id: x, kind: log, message: a}]\n") == ["OV701"]
    assert codes("secrets: [A]\ntasks: [{id: x, kind: log, message: a}]\n") == ["OV702"]
    signed = "triggers: [{type: webhook, signature: {header: X-Sig, secret: KEY}}]\n"
    assert codes("secrets: [KEY]\n" + signed + "tasks: [{id: x, kind: log, message: a}]\n") == []


def test_a_secret_stands_in_no_output() -> None:
    assert codes("secrets: [S]\ntasks: [{id: x, kind: log, message: a}]\noutputs: {s: secrets.S}\n") == ["OV703"]


@pytest.mark.parametrize(
    ("connection", "found"),
    [
        ("{{ secrets.S }}", []),
        ("{{ secrets['S'] }}", []),
        ("sqlite:///a.db", ["OV704"]),
        ("sqlite:///{{ secrets.S }}", ["OV704"]),
        ("{{ inputs.s }}", ["OV704"]),
        ("{{ secrets.S | trim }}", ["OV704"]),
    ],
)
def test_a_connection_is_exactly_a_secret(connection: str, found: list[str]) -> None:
    flow = f"""
        secrets: [S]
        inputs: {{s: {{type: string, default: a}}}}
        tasks:
          - {{id: used, kind: http, url: "https://a.example/{{{{ inputs.s }}}}{{{{ secrets.S }}}}"}}
          - {{id: x, kind: sql, connection: "{connection}", query: select 1}}
    """
    assert codes(flow) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (GITHUB, ["OV705"]),
        (f"Bearer {GITHUB}", ["OV705"]),
        ("AKIA" + "IOSFODNN7EXAMPLE", ["OV705"]),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", ["OV705"]),
        ("ghp_short", []),
        ("the word task-force-of-many-people-and-more-than-enough", []),
        ("a" + GITHUB, []),
    ],
)
def test_a_key_of_a_well_known_form_is_an_error_wherever_it_stands(text: str, found: list[str]) -> None:
    assert codes(f'tasks: [{{id: x, kind: log, message: "{text}"}}]\n') == found
    assert codes(f'tasks: [{{id: x, kind: log, message: a, description: "{text}"}}]\n') == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("auth: {type: bearer, token: 8c1e5b7d2f}", ["OV706"]),
        ("auth: {type: basic, username: me, password: correct horse}", ["OV706"]),
        ("headers: {Authorization: Basic bWU6bWU=}", ["OV706"]),
        ("query: {api_key: 8c1e5b7d2f}", ["OV706"]),
        ("query: {key: name}", []),
        ("headers: {Accept: application/json}", []),
        ("headers: {Authorization: 'Bearer {{ secrets.S }}'}", []),
        (f"auth: {{type: bearer, token: {GITHUB}}}", ["OV705"]),
    ],
)
def test_a_fixed_text_where_a_key_belongs_is_a_warning(fields: str, found: list[str]) -> None:
    used = "{id: used, kind: http, url: 'https://a.example/{{ secrets.S }}'}"
    flow = f"secrets: [S]\ntasks:\n  - {used}\n  - {{id: x, kind: http, url: 'https://a.example', {fields}}}\n"
    assert codes(flow) == found
