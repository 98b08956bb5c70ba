"""What goes wrong one day: writes done twice, failures nobody sees, states that race, code that does not fit."""

from __future__ import annotations

import pytest
from checking import codes, verdict

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
            [WRITE, "{id: pick, kind: foreach, items: '[state.s]', as: one, collect: one, needs: []}"],
            ["OV903", "OV214"],
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


@pytest.mark.parametrize(
    ("tasks", "found"),
    [
        ("[{id: t, kind: try, tasks: [{id: a, kind: http, url: 'https://a.example'}]}]", ["OV902"]),
        (
            "[{id: t, kind: try, tasks: [{id: a, kind: http, url: 'https://a.example'}], "
            "catch: [{id: b, kind: log, message: a}]}]",
            [],
        ),
        (
            "[{id: t, kind: try, tasks: [{id: a, kind: http, url: 'https://a.example'}]}, "
            "{id: b, kind: log, message: '{{ tasks.t.failed }}'}]",
            [],
        ),
        ("[{id: a, kind: http, url: 'https://a.example', on_error: continue}]", ["OV902"]),
        (
            "[{id: a, kind: http, url: 'https://a.example', on_error: continue}, "
            "{id: b, kind: log, message: '{{ tasks.a.state }}'}]",
            [],
        ),
    ],
)
def test_a_failure_that_is_swallowed_is_a_note(tasks: str, found: list[str]) -> None:
    assert codes(f"tasks: {tasks}\n") == found
    assert all(each.severity == "info" for each in verdict(f"tasks: {tasks}\n").diagnostics)
    assert codes(f"tasks: [{{id: z, kind: log, message: a}}]\nfinally: {tasks}\n") == [
        each for each in found if "kind: try" in tasks
    ]


CRON = "triggers: [{type: schedule, cron: '0 12 * * *', timezone: UTC}]\n"


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("kind: shell, command: [ls]", ["OV904"]),
        ("kind: sql, connection: '{{ secrets.S }}', query: select 1", []),
        ("kind: sql, connection: '{{ secrets.S }}', query: delete from t", ["OV904"]),
        ("kind: approve, message: a", ["OV904"]),
        ("kind: python, code: 'def main(): return 1'", []),
        ('kind: python, code: "import subprocess\\ndef main(): return 1"', ["OV904"]),
        ("kind: shell, command: [ls], timeout: 1m", []),
        ("kind: http, url: 'https://a.example'", []),
        (
            "kind: foreach, items: [1], as: n, timeout: 1m, tasks: [{id: y, kind: shell, command: [ls]}]",
            [],
        ),
    ],
)
def test_what_may_hang_has_an_end_where_nobody_watches(task: str, found: list[str]) -> None:
    used = "{id: used, kind: http, url: '{{ secrets.S }}'}"
    flow = f"secrets: [S]\ntasks:\n  - {used}\n  - {{id: x, {task}}}\n"
    assert codes(CRON + flow) == found
    assert codes(flow) == []
    assert codes("timeout: 1h\n" + CRON + flow) == []
    assert codes("defaults: {timeout: 1h}\n" + CRON + flow) == []


def test_what_may_hang_is_told_once() -> None:
    tasks = "".join(f"  - {{id: x{number}, kind: shell, command: [ls]}}\n" for number in range(4))
    (found,) = verdict(CRON + "tasks:\n" + tasks).diagnostics
    assert (found.message, found.severity) == ("nothing ends `x0` when it hangs (nor 3 other tasks)", "info")
    assert (found.at.line, found.at.column) == (5, 10)


@pytest.mark.parametrize(
    ("read", "found"),
    [
        ("tasks.fetch.body.user.address.city", ["OV905"]),
        ("tasks.fetch.body.user.name", []),
        ("tasks.fetch.body.users[0].name", ["OV905"]),
        ("tasks.fetch.body.user.address.city | default('')", []),
        ("tasks.fetch.headers.date", []),
    ],
)
def test_what_is_read_deep_is_checked_where_it_comes_in(read: str, found: list[str]) -> None:
    fetch = "{id: fetch, kind: http, url: 'https://a.example'}"
    tell = f'{{id: tell, kind: log, message: "{{{{ {read} }}}} {{{{ {read} }}}}"}}'
    flow = f"tasks:\n  - {fetch}\n  - {tell}\n"
    assert [each for each in codes(flow) if each != "OV210"] == found
    for each in verdict(flow).diagnostics:
        if each.code == "OV905":
            assert each.severity == "info"
            assert each.at.end_column - each.at.column == len(read)
    checked = flow.replace("a.example'", "a.example', returns: {type: object}")
    assert "OV905" not in codes(checked)


BODY = "{id: a, kind: http, url: 'https://a.example/x'}"


@pytest.mark.parametrize(
    ("body", "handler", "found"),
    [
        (BODY, "{id: h, kind: http, method: POST, url: 'https://a.example/y'}", ["OV906"]),
        (BODY, "{id: h, kind: http, method: POST, url: 'https://b.example/y'}", []),
        (BODY, "{id: h, kind: http, method: POST, url: 'https://a.example/y'}, {id: l, kind: log, message: a}", []),
        (
            BODY + ", {id: b, kind: http, url: 'https://b.example'}",
            "{id: h, kind: http, method: POST, url: 'https://a.example/y'}",
            [],
        ),
        ("{id: a, kind: http, url: '{{ secrets.S }}'}", "{id: h, kind: http, url: '{{ secrets.S }}'}", ["OV906"]),
        ("{id: a, kind: log, message: a}", "{id: h, kind: http, url: 'https://a.example/y'}", []),
    ],
)
def test_an_alarm_goes_another_way(body: str, handler: str, found: list[str]) -> None:
    secrets = "secrets: [S]\n" if "secrets.S" in body else ""
    flow = f"{secrets}tasks: [{body}]\non_failure: [{handler}]\n"
    assert codes(flow) == found
    assert all(each.severity == "info" and len(each.related) == 1 for each in verdict(flow).diagnostics)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("tasks.fetch.body.due < now()", ["OV907"]),
        ("now() >= tasks.fetch.body.due", ["OV907"]),
        ("tasks.fetch.body.at < run.started_at", ["OV907"]),
        ("tasks.fetch.body.due | date('%Y-%m-%d') < '2026-01-31'", []),
        ("tasks.fetch.body.at > tasks.fetch.body.at", ["OV907"]),
        ("now() < run.started_at | date_add(1, 'days')", []),
        ("now() < '2026-01-31'", []),
        ("now() < '2026-01-31T08:00:00-05:00'", ["OV907"]),
        ("tasks.fetch.body.due < '2026'", []),
        ("tasks.fetch.body.due == now()", []),
        ("tasks.fetch.body.due | date_diff(now(), 'seconds') < 0", []),
    ],
)
def test_moments_are_not_compared_as_texts(condition: str, found: list[str]) -> None:
    returns = (
        "{type: object, properties: {due: {type: string}, at: {type: string, format: date-time}}, required: [due, at]}"
    )
    fetch = f"{{id: fetch, kind: http, url: 'https://a.example', returns: {returns}}}"
    flow = f'tasks:\n  - {fetch}\n  - {{id: tell, kind: log, message: a, when: "{condition}"}}\n'
    assert codes(flow) == found
    for each in verdict(flow).diagnostics:
        assert (each.severity, each.at.end_column - each.at.column) == ("info", len(condition))
