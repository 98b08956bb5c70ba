"""What goes wrong one day: writes done twice, failures nobody sees, states that race, code that does not fit."""

from __future__ import annotations

import pytest
from checking import codes

RETRY = "retry: {attempts: 3}"


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("kind: http, url: 'https://a.example'", []),
        ("kind: http, method: PUT, url: 'https://a.example'", []),
        ("kind: http, method: POST, url: 'https://a.example'", ["OV901"]),
        ("kind: http, method: POST, url: 'https://a.example', idempotent: true", []),
        ("kind: http, method: PATCH, url: 'https://a.example'", ["OV901"]),
        ("kind: shell, command: [ls]", ["OV901"]),
        ("kind: sql, connection: '{{ secrets.S }}', query: select 1", []),
        ("kind: sql, connection: '{{ secrets.S }}', query: delete from a", ["OV901"]),
        ("kind: python, code: 'def main(): return 1'", []),
    ],
)
def test_a_write_that_is_repeated_says_that_it_may_be(task: str, found: list[str]) -> None:
    used = "{id: used, kind: http, url: '{{ secrets.S }}'}"
    flow = f"secrets: [S]\ntasks:\n  - {used}\n  - {{id: x, {task}, {RETRY}}}\n"
    assert codes(flow) == found
    assert codes(flow.replace(RETRY, "retry: {attempts: 1}")) == []


def test_the_default_retry_leaves_writes_alone() -> None:
    assert (
        codes(f"defaults: {{{RETRY}}}\ntasks: [{{id: x, kind: http, method: POST, url: 'https://a.example'}}]\n") == []
    )


def test_items_that_fail_are_looked_at() -> None:
    each = (
        "{id: each, kind: foreach, items: [1], as: one, on_item_error: skip, tasks: [{id: y, kind: log, message: a}]}"
    )
    assert codes(f"tasks:\n  - {each}\n") == ["OV902"]
    assert codes(f"tasks:\n  - {each.replace('skip', 'fail')}\n") == []
    assert (
        codes(f"tasks:\n  - {each}\n  - {{id: z, kind: log, message: '{{{{ tasks.each.failed | length }}}}'}}\n") == []
    )


STATE = "state: {s: {type: integer, default: 0}}\n"
WRITE = "{id: write, kind: remember, values: {s: 1}, needs: []}"


@pytest.mark.parametrize(
    ("tasks", "found"),
    [
        ([WRITE, "{id: read, kind: log, message: '{{ state.s }}', needs: []}"], ["OV903"]),
        ([WRITE, "{id: read, kind: log, message: '{{ state.s }}', needs: [write]}"], []),
        ([WRITE, "{id: again, kind: remember, values: {s: 2}, needs: []}"], ["OV903"]),
        (
            [WRITE, "{id: risk, kind: try, tasks: [{id: read, kind: log, message: '{{ state.s }}'}], needs: []}"],
            ["OV903"],
        ),
        ([WRITE, "{id: other, kind: log, message: a, needs: []}"], []),
    ],
)
def test_a_state_is_not_written_beside_who_uses_it(tasks: list[str], found: list[str]) -> None:
    assert codes(STATE + "tasks:\n" + "".join(f"  - {each}\n" for each in tasks)) == found


@pytest.mark.parametrize(
    ("concurrency", "value", "found"), [(1, "state.s + one", []), (2, "state.s + one", ["OV903"]), (2, "one", [])]
)
def test_items_at_once_do_not_count_in_one_state(concurrency: int, value: str, found: list[str]) -> None:
    keep = f"{{id: keep, kind: remember, values: {{s: '{{{{ {value} }}}}'}}}}"
    loop = f"{{id: each, kind: foreach, items: [1, 2], as: one, concurrency: {concurrency}, tasks: [{keep}]}}"
    assert codes(f"{STATE}tasks:\n  - {loop}\n") == found


def test_two_cases_of_a_branch_never_run_at_once() -> None:
    assert (
        codes(
            STATE
            + """
tasks:
  - id: way
    kind: branch
    cases: [{when: run.trigger == 'manual', tasks: [{id: one, kind: remember, values: {s: 1}}]}]
    else: [{id: two, kind: remember, values: {s: "{{ state.s + 1 }}"}}]
  - {id: beside, kind: log, message: a, needs: []}
"""
        )
        == []
    )


@pytest.mark.parametrize(
    ("code", "args", "found"),
    [
        ("def main(a): return a", "{a: 1}", []),
        ("def main(a, b=1, *, c=2): return a", "{a: 1}", []),
        ("def main(**all): return 1", "{a: 1}", []),
        ("def main(a) return a", "{a: 1}", ["OV601"]),
        ("def other(a): return a", "{a: 1}", ["OV601"]),
        ("def main(a, b): return a", "{a: 1}", ["OV601"]),
        ("def main(): return 1", "{a: 1}", ["OV601"]),
        ("async def main(a): return a", "{a: 1}", ["OV601"]),
        ("def main(a, /): return a", "{a: 1}", ["OV601"]),
    ],
)
def test_code_parses_and_its_main_fits_the_arguments(code: str, args: str, found: list[str]) -> None:
    assert codes(f"tasks: [{{id: x, kind: python, code: '{code}', args: {args}}}]\n") == found


@pytest.mark.parametrize(
    ("query", "params", "found"),
    [
        ("select :a", "{a: 1}", []),
        ("select :a, :a", "{a: 1}", []),
        ("select a::text, ':b' from t -- :c", "null", []),
        ("insert into t values (:a, :b)", "[{a: 1, b: 2}, {a: 3, b: 4}]", []),
        ("select :a", "'{{ run }}'", ["OV301"]),
        ("select :a", "null", ["OV602"]),
        ("select :a", "{a: 1, b: 2}", ["OV602"]),
        ("select :amount", "{amounts: 1}", ["OV602"]),
    ],
)
def test_placeholders_and_parameters_are_the_same(query: str, params: str, found: list[str]) -> None:
    task = f'{{id: x, kind: sql, connection: "{{{{ secrets.S }}}}", query: "{query}", params: {params}}}'
    assert codes(f"secrets: [S]\ntasks:\n  - {task}\n") == found


def test_parameters_that_data_give_are_not_guessed() -> None:
    assert (
        codes("""
        secrets: [S]
        tasks:
          - {id: fetch, kind: http, url: "https://a.example", returns: {type: array, items: {type: object}}}
          - id: x
            kind: sql
            connection: "{{ secrets.S }}"
            query: "insert into t values (:a)"
            params: "{{ tasks.fetch.body }}"
    """)
        == []
    )
