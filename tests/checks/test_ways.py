"""Data from outside: what cleans it, which programs run it, and the way it took, as the finding tells it."""

from __future__ import annotations

import pytest
from checking import codes, verdict

from overture.diagnostics.model import Diagnostic

FETCH = (
    '  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: object, properties: '
    "{name: {type: string}, ok: {type: boolean}}, required: [name, ok]}}"
)
SAVE = 'kind: write_file, content: a, path: "a/{{ tasks.fetch.body.name }}"'


def _only(document: str, *others: str) -> Diagnostic:
    found = verdict(document, *others).diagnostics
    assert len(found) == 1, found
    return found[0]


def _after(task: str, before: str = "") -> list[str]:
    inputs = "inputs: {names: {type: array, items: {type: string}, default: [a]}}\n"
    used = "  - {id: used, kind: log, message: '{{ inputs.names }}'}\n"
    return codes(f"{inputs}tasks:\n{FETCH}\n{before}  - {{id: next, {task}}}\n{used}")


@pytest.mark.parametrize(
    ("guard", "found"),
    [
        ("tasks.fetch.body.name in ['a', 'b']", []),
        ("tasks.fetch.body.name == 'a'", []),
        ("'a' == tasks.fetch.body.name", []),
        ("tasks.fetch.body.name in inputs.names", []),
        ("tasks.fetch.body.name | matches('^[a-z0-9]+$')", []),
        ("tasks.fetch.body.ok and tasks.fetch.body.name | matches('^(a|b)/[a-z]+$')", []),
        ("tasks.fetch.body.name == 'a' or tasks.fetch.body.name | matches('^[a-z]+$')", []),
        ("tasks.fetch.body.name | matches('[a-z]+')", ["OV802"]),
        ("tasks.fetch.body.name | matches('^[a-z]+$|b')", ["OV802"]),
        ("tasks.fetch.body.name | matches('^.*$')", ["OV802"]),
        ("tasks.fetch.body.name | matches('^[a-z./]+$')", ["OV802"]),
        ("not tasks.fetch.body.name | matches('^[a-z]+$')", ["OV802"]),
        ("tasks.fetch.body.name != 'a'", ["OV802"]),
        ("tasks.fetch.body.name not in ['a']", ["OV802"]),
        ("tasks.fetch.body.ok", ["OV802"]),
        ("tasks.fetch.body.name == 'a' or tasks.fetch.body.ok", ["OV802"]),
    ],
)
def test_a_guard_that_says_what_is_allowed_makes_data_harmless(guard: str, found: list[str]) -> None:
    assert _after(f'{SAVE}, when: "{guard}"') == found
    assert _after(SAVE, f'  - {{id: sure, kind: assert, that: ["{guard}"]}}\n') == found
    case = f'kind: branch, cases: [{{when: "{guard}", tasks: [{{id: save, {SAVE}}}]}}]'
    assert _after(case) == found
    path = f"a/{{{{ tasks.fetch.body.name if {guard} else 'x' }}}}"
    assert _after(f'kind: write_file, content: a, path: "{path}"') == found


def test_a_guard_elsewhere_makes_nothing_harmless() -> None:
    guarded = "  - {id: other, kind: log, message: a, when: \"tasks.fetch.body.name == 'a'\"}\n"
    assert _after(SAVE, guarded) == ["OV802"]
    case = f"kind: branch, cases: [{{when: \"tasks.fetch.body.name == 'a'\", tasks: [{{id: x, kind: log, message: a}}]}}], else: [{{id: save, {SAVE}}}]"  # noqa: E501
    assert _after(case) == ["OV802"]


@pytest.mark.parametrize(
    ("read", "found"),
    [
        ("tasks.fetch.body.name | slugify", []),
        ("tasks.fetch.body.name | regex_replace('[^a-z0-9]+', '-')", []),
        ("tasks.fetch.body.name | regex_replace('[^a-z./]', '')", ["OV802"]),
        ("tasks.fetch.body.name | regex_replace('[.][.]', '')", ["OV802"]),
        ("{'x': 'a'}[tasks.fetch.body.name] | default('b')", []),
        ("tasks.fetch.body.ok | string", []),
        ("'a' if tasks.fetch.body.name == 'x' else 'b'", []),
        ("tasks.fetch.body.name | lower", ["OV802"]),
        ("[tasks.fetch.body.name] | first", ["OV802"]),
    ],
)
def test_what_comes_through_a_filter_is_data_unless_it_can_be_no_harm(read: str, found: list[str]) -> None:
    assert _after(f'kind: write_file, content: a, path: "a/{{{{ {read} }}}}"') == found


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("^[a-z]+$", []), ("^\\\\d{4}$", []), ("[a-z]+", ["OV802"]), ("^.+$", ["OV802"]), ("^a|b$", ["OV802"])],
)
def test_a_pattern_of_returns_cleans_when_it_refuses_what_does_harm(pattern: str, found: list[str]) -> None:
    fetch = f'{{id: fetch, kind: http, url: "https://a.example", returns: {{type: string, pattern: "{pattern}"}}}}'
    assert codes(f"tasks:\n  - {fetch}\n  - {WRITE}\n") == found


WRITE = '{id: save, kind: write_file, content: a, path: "a/{{ tasks.fetch.body }}"}'


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://{{ tasks.fetch.body }}.example.com/a", []),
        ("https://{{ tasks.fetch.body }}/a", []),
        ("{{ tasks.fetch.body }}/a", ["OV801"]),  # `eu/a` is no url
    ],
)
def test_one_of_a_few_hosts_is_named_in_the_plan(url: str, found: list[str]) -> None:
    flow = 'tasks:\n  - {id: fetch, kind: http, url: "https://example.com/a", returns: {enum: [eu, us]}}\n'
    assert codes(flow + f'  - {{id: next, kind: http, url: "{url}"}}\n') == found
    plain = flow.replace("{enum: [eu, us]}", "{type: string}")
    guard = "when: \"tasks.fetch.body in ['eu', 'us']\""
    assert codes(plain + f'  - {{id: next, kind: http, url: "{url}", {guard}}}\n') == found
    assert codes(plain + f'  - {{id: next, kind: http, url: "{url}"}}\n') == ["OV801"]


DATA = "'{{ tasks.fetch.body.name }}'"


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (f"[env, A=b, {DATA}]", ["OV810"]),
        (f"[timeout, 10s, {DATA}]", ["OV810"]),
        ("[sudo, 'scripts/{{ tasks.fetch.body.name }}']", ["OV810"]),
        (f"[python3, {DATA}]", ["OV810"]),
        (f"[bash, -o, pipefail, -c, {DATA}]", ["OV806"]),
        (f"[docker, exec, box, sh, -c, {DATA}]", ["OV806"]),
        (f"[ssh, host, ls, {DATA}]", ["OV806"]),
        ("[psql, 'postgresql://localhost', -c, 'select {{ tasks.fetch.body.name }}']", ["OV806"]),
        ("[psql, '--command=select {{ tasks.fetch.body.name }}']", ["OV806"]),
        ("[sqlite3, a.db, 'select {{ tasks.fetch.body.name }}']", ["OV806"]),
        ("[awk, '/{{ tasks.fetch.body.name }}/', a.txt]", ["OV806"]),
        (f"[sh], stdin: {DATA}", ["OV806"]),
        (f"[psql, a], stdin: {DATA}", ["OV806"]),
        (f"[python3, main.py, --, {DATA}]", []),
        (f"[awk, -f, a.awk, --, {DATA}]", []),
        (f"[timeout, 10s, ls, --, {DATA}]", []),
        (f"[python3, main.py], stdin: {DATA}", []),
        (f"[sh, -c, 'wc -c'], stdin: {DATA}", []),
        ("[bash, main.sh, -c, 'x{{ tasks.fetch.body.name }}']", []),
        ("[sh, -c, 'echo {{ tasks.fetch.body.name | slugify }}']", []),
        (f"[cat], stdin: {DATA}", []),
    ],
)
def test_data_is_no_program_and_no_code_of_one(command: str, found: list[str]) -> None:
    assert _after(f"kind: shell, command: {command}") == found


def test_an_input_in_code_is_a_warning_unless_it_is_one_of_a_few() -> None:
    flow = "inputs: {a: {%s, default: a}}\ntasks: [{id: x, kind: shell, command: [sh, -c, 'echo {{ inputs.a }}']}]\n"
    found = _only(flow % "type: string")
    assert (found.code, found.severity, found.at.line) == ("OV806", "warning", 4)
    assert codes(flow % "enum: [a, b]") == []
    assert codes(flow.replace("[sh, -c, 'echo {{", "[sh, -c, 'echo $1', --, '{{") % "type: string") == []


@pytest.mark.parametrize(
    ("between", "read", "way"),
    [
        ("{id: name, kind: set, values: {x: '{{ tasks.fetch.body }}'}}", "tasks.name.x", [(6, 43), (5, 10)]),
        (
            "{id: name, kind: python, code: 'def main(x): return x', args: {x: '{{ tasks.fetch.body }}'}}",
            "tasks.name.value",
            [(6, 75), (5, 10)],
        ),
        (
            "{id: name, kind: foreach, items: '[tasks.fetch.body]', as: one, collect: one}",
            "tasks.name.value | join",
            [(6, 78), (6, 40), (5, 10)],
        ),
        ("{id: name, kind: remember, values: {kept: '{{ tasks.fetch.body }}'}}", "state.kept", [(6, 51), (5, 10)]),
        ("{id: name, kind: set, values: {x: 'a'}}", "tasks.fetch.body ~ tasks.name.x", [(5, 10)]),
    ],
)
def test_a_finding_tells_the_way_that_data_took(between: str, read: str, way: list[tuple[int, int]]) -> None:
    flow = (
        "state: {kept: {type: string, default: a}}\ntasks:\n"
        '  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}\n'
        f"  - {between}\n"
        f'  - {{id: save, kind: write_file, content: a, path: "{{{{ {read} }}}}"}}\n'
    )
    found = _only(flow)
    assert found.code == "OV802"
    assert found.message == "data of `fetch` chooses a file"
    assert [(each.at.line, each.at.column) for each in found.related] == way
    assert found.related[-1].message == "data of `fetch` comes in here"


def test_a_way_is_the_shortest_and_its_end_is_told() -> None:
    names = "".join(
        f"  - {{id: t{n}, kind: set, values: {{x: '{{{{ tasks.t{n - 1}.x }}}}{{{{ tasks.t{n - 1}.x }}}}'}}}}\n"
        for n in range(1, 20)
    )
    flow = (
        'tasks:\n  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}\n'
        "  - {id: t0, kind: set, values: {x: '{{ tasks.fetch.body }}'}}\n"
        f"{names}  - {{id: save, kind: write_file, content: a, path: '{{{{ tasks.t19.x ~ tasks.fetch.body }}}}'}}\n"
    )
    related = _only(flow).related
    assert len(related) == 6
    assert related[0].message == "it passes through `t19` here"
    assert related[-1].message == "data of `fetch` comes in here"
    short = flow.replace("'{{ tasks.t18.x }}{{ tasks.t18.x }}'", "'{{ tasks.t18.x }}{{ tasks.fetch.body }}'")
    assert [each.message for each in _only(short).related] == [
        "it passes through `t19` here",
        "data of `fetch` comes in here",
    ]


def test_an_input_that_a_trigger_fills_tells_of_the_trigger() -> None:
    flow = """
        secrets: [KEY]
        inputs: {name: {type: string, default: a}}
        triggers: [{type: webhook, key: KEY, inputs: {name: "{{ trigger.body.name }}"}}]
        tasks: [{id: save, kind: write_file, content: a, path: "{{ inputs.name }}"}]
    """
    found = _only(flow)
    assert [each.message for each in found.related] == [
        "a trigger gives it to input `name` here",
        "data of this trigger comes in here",
    ]


OTHER = """\
    overture: 1
    name: other
    inputs: {name: {type: string}, base: {type: string, default: "https://a.example"}}
    tasks:
      - {id: save, kind: write_file, content: a, path: "{{ inputs.name }}"}
      - {id: get, kind: http, url: "{{ inputs.base }}/a"}
"""


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        ("name: '{{ tasks.fetch.body.name }}'", ["OV802"]),
        ("name: '{{ tasks.fetch.body.name | slugify }}'", []),
        ("name: a, base: 'https://{{ tasks.fetch.body.name }}'", ["OV801"]),
        ("name: a", []),
    ],
)
def test_data_does_no_harm_in_a_workflow_that_is_called(inputs: str, found: list[str]) -> None:
    caller = f"tasks:\n{FETCH}\n  - {{id: go, kind: call, workflow: other, inputs: {{{inputs}}}}}\n"
    assert codes(caller, OTHER) == found
    for each in verdict(caller, OTHER).diagnostics:
        assert each.message.endswith("in `other`")
        assert [place.at.path for place in each.related] == ["1.flow.yaml", "0.flow.yaml"]


@pytest.mark.parametrize(
    ("output", "found"), [("inputs.name", ["OV802"]), ("tasks.get.body.x", ["OV802"]), ("run.id", [])]
)
def test_what_a_called_workflow_hands_back_is_what_it_was_given_or_got(output: str, found: list[str]) -> None:
    other = f"""
        overture: 1
        name: other
        inputs: {{name: {{type: string}}}}
        tasks: [{{id: get, kind: http, url: "https://a.example", query: {{a: "{{{{ inputs.name }}}}"}}}}]
        outputs: {{x: {output}}}
    """
    caller = (
        f"tasks:\n{FETCH}\n"
        "  - {id: go, kind: call, workflow: other, inputs: {name: '{{ tasks.fetch.body.name }}'}}\n"
        "  - {id: save, kind: write_file, content: a, path: '{{ tasks.go.value.x }}'}\n"
    )
    assert codes(caller, other) == found


@pytest.mark.parametrize(
    ("between", "when", "found"),
    [
        ("{id: b, kind: foreach, items: [1], as: one, collect: tasks.ask.value}", "'yes' in tasks.b.value", ["OV805"]),
        ("{id: b, kind: remember, values: {kept: '{{ tasks.ask.value }}'}}", "state.kept == 'yes'", ["OV805"]),
        (
            "{id: b, kind: python, code: 'def main(x): return True', args: {x: '{{ tasks.ask.value }}'}, returns: {type: boolean}}",  # noqa: E501
            "tasks.b.value",
            [],
        ),
    ],
)
def test_an_unchecked_answer_steers_nothing_by_a_detour(between: str, when: str, found: list[str]) -> None:
    flow = f"""
        state: {{kept: {{type: string, default: a}}}}
        tasks:
          - {{id: ask, kind: ai, prompt: Is it urgent?}}
          - {between}
          - {{id: next, kind: log, message: "{{{{ state.kept }}}}", when: "{when}"}}
    """
    assert codes(flow) == found
