"""Secrets: declared, where they belong, and never written out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from re import _constants as sre_constants  # type: ignore[attr-defined]
from re import _parser as sre_parse  # type: ignore[attr-defined]
from typing import Any

import pytest
from checking import codes, verdict

from overture.checks.keys import FORMS, may_hold_key

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


@pytest.mark.parametrize(
    "text",
    [
        '"\\x67' + GITHUB[1:] + '"',
        '"\\u0067' + GITHUB[1:] + '"',
        '"gh\\\n      ' + GITHUB[2:] + '"',
        "-----BEGIN PRIVATE\n      KEY-----",
        '"-----BEGIN PRIVATE\\ KEY-----"',
    ],
)
def test_a_key_is_found_however_it_is_written(text: str) -> None:
    assert codes(f"tasks:\n  - id: x\n    kind: log\n    message: {text}\n") == ["OV705"]


@pytest.mark.parametrize("form", FORMS.values())
def test_no_file_with_a_key_is_passed_over(form: str) -> None:
    samples = list(shortest(sre_parse.parse(form)))
    for each in samples:
        assert re.fullmatch(form, each)
        assert may_hold_key(f"message: {each}"), each


def shortest(parts: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    """The shortest texts of a form, one for each of its alternatives."""
    found = [""]
    for op, given in parts:
        if op is sre_constants.LITERAL:
            ends = [chr(given)]
        elif op is sre_constants.IN:
            ends = [_member(*each) for each in given]
        elif op is sre_constants.MAX_REPEAT:
            ends = [text * given[0] for text in shortest(given[2])] + [""] * (given[0] == 0)
        elif op is sre_constants.SUBPATTERN:
            ends = list(shortest(given[3]))
        elif op is sre_constants.BRANCH:
            ends = [text for branch in given[1] for text in shortest(branch)]
        else:
            raise AssertionError(f"a form has {op}")
        found = [start + end for start in found for end in dict.fromkeys(ends)]
    return iter(found)


def _member(op: Any, given: Any) -> str:
    return "a" if op is sre_constants.CATEGORY else chr(given[0] if op is sre_constants.RANGE else given)


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
        ("AKIA" + "IOSFODNN7EXAMPLE", []),
        ("AKIA" + "Q3EGRWZ7M2XN5TJB", ["OV705"]),
        ("github_pat_" + "11ABX7Q2Y0k9VtZc5Nw3Lr8s" * 3, ["OV705"]),
        ("xoxb-" + "2153908471-7Gk2LmQx9PzR", ["OV705"]),
        ("AIza" + "SyB7kQ2mXw9RtVz4Nc8Lp3Gh6Jd1Fs5Ya0u", ["OV705"]),
        ("glpat-" + "x7Kq2Zm9Rt4Vw8Lc3Np6", ["OV705"]),
        ("npm_" + "q7Kx2Zm9Rt4Vw8Lc3Np6Gh1Jd5Fs0YaBuEiT", ["OV705"]),
        ("hf_" + "q7Kx2Zm9Rt4Vw8Lc3Np6Gh1Jd5Fs0YaBuE", ["OV705"]),
        ("sk-proj-" + "q7Kx2Zm9Rt4Vw8Lc3Np6Gh1Jd5Fs0YaB", ["OV705"]),
        ("eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiI0MjE3NyJ9.q7Kx2Zm9Rt4Vw8Lc3Np6Gh1Jd5", ["OV705"]),
        ("ghp_" + "x" * 36, []),
        ("ghp_" + "yourtokenyourtokenyourtokenyourtoken", []),
        ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", []),
        ("2cf24dba-5fb0-4a30-826e-83b2ac5b9e29", []),
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
        ("auth: {type: bearer, token: changeme}", []),
        ("auth: {type: basic, username: me, password: '<password>'}", []),
        ("headers: {X-Trace: 7Kq2Zm9Rt4Vw8Lc3Np6Gh1Jd5Fs0}", ["OV706"]),
        ("headers: {X-Request-Id: 7Kq2Zm9Rt4Vw8Lc3Np6Gh1Jd5Fs0}", []),
        ("headers: {X-Build: 2cf24dba5fb0a30e826e83b2ac5b9e29}", []),
        ("headers: {X-Client: acme-release-bot-2026-01-31-nightly}", []),
        ("query: {data: aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91}", []),
        ("method: POST, body: {login: {api_key: 7Kq2Zm9Rt4}}", ["OV706"]),
        ("method: POST, body: {token: next-page}", []),
        ("method: POST, body: {password: 'Forgotten? Ask us.'}", []),
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


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://bot:7Kq2Zm9Rt4@a.example/x", ["OV706"]),
        ("https://user:password@a.example/x", []),
        ("https://a.example:8443/x@y", []),
        ("https://bot:{{ secrets.S }}@a.example/x", []),
    ],
)
def test_a_password_in_a_url_is_a_warning(url: str, found: list[str]) -> None:
    used = "hosts: ['*'], headers: {A: '{{ secrets.S }}'}"
    flow = f"secrets: [S]\ntasks: [{{id: x, kind: http, url: '{url}', {used}}}]\n"
    assert codes(flow) == found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("TOKEN = '7Kq2Zm9Rt4'", ["OV706"]),
        ("headers = {'Authorization': 'Bearer 7Kq2Zm9Rt4Vw8Lc3'}", ["OV706"]),
        ("url = 'postgresql://bot:7Kq2Zm9Rt4@db/x'", ["OV706"]),
        ("token = 'next'", []),
        ("password = 'changeme123'", []),
        ("key = data['token']", []),
    ],
)
def test_a_key_in_code_is_a_warning_at_its_place(code: str, found: list[str]) -> None:
    flow = f"tasks:\n  - id: x\n    kind: python\n    code: |\n      {code}\n      def main(): return 1\n"
    assert codes(flow) == found
    for each in verdict(flow).diagnostics:
        assert each.at.line == 7
        assert each.severity == "warning"


def test_a_default_of_an_input_is_no_place_for_a_key() -> None:
    used = "tasks: [{id: x, kind: log, message: '{{ inputs.api_token }}'}]\n"
    flow = "inputs: {api_token: {type: string, default: %s}}\n" + used
    assert codes(flow % "7Kq2Zm9Rt4") == ["OV706"]
    assert codes(flow % "none") == []
