"""What a review of the checker found wanting: a document for each."""

from __future__ import annotations

import pytest
from checking import codes, messages, told, verdict

FETCH = '  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}'


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ('[bash, -euo, pipefail, -c, "echo {{ tasks.fetch.body }}"]', ["OV806"]),
        ('[/usr/bin/env, bash, -o, errexit, -c, "echo {{ tasks.fetch.body }}"]', ["OV806"]),
        ('[bash, +o, posix, -c, "echo {{ tasks.fetch.body }}"]', ["OV806"]),
        ('[python3, -W, error, -c, "print({{ tasks.fetch.body }})"]', ["OV806"]),
        ("[bash, -euo, pipefail, -c, 'echo \"$1\"', _, '{{ tasks.fetch.body }}']", []),
        ("[python3, -c, 'import sys; print(sys.argv)', '{{ tasks.fetch.body }}']", []),
        ("[node, -e, 'console.log(process.argv)', '{{ tasks.fetch.body }}']", ["OV804"]),
        ("[bash, '{{ tasks.fetch.body }}', -c, ls]", ["OV810"]),
    ],
)
def test_options_with_words_do_not_hide_the_code_of_a_shell(command: str, found: list[str]) -> None:
    assert codes(f"tasks:\n{FETCH}\n  - {{id: next, kind: shell, command: {command}}}\n") == found


COUNT = "state: {n: {type: integer, default: 0}}\ntasks:\n"
MADE = "  - {id: made, kind: set, when: state.n > 0, values: {v: 1}}\n"
READ = '  - {id: read, kind: log, when: state.n > 0, message: "{{ tasks.made.v }}"}\n'
CHOSEN = '  - {id: read, kind: log, message: "{{ tasks.made.v if state.n > 0 else 0 }}"}\n'
WRITE = "  - {id: write, kind: remember, values: {n: 5}}\n"
LOOP = "  - id: each\n    kind: foreach\n    items: [1, 2]\n    as: one\n    tasks:\n"


def _in(block: str, *tasks: str) -> str:
    return block + "".join(f"    {line}\n" for task in tasks for line in task.splitlines())


@pytest.mark.parametrize(
    ("tasks", "found"),
    [
        (MADE + WRITE + READ, ["OV208"]),
        (MADE + WRITE + CHOSEN, ["OV208"]),
        (MADE + _in(LOOP, READ, WRITE), ["OV208"]),
        (_in(LOOP, MADE, WRITE, READ), ["OV208"]),
        (MADE + READ + WRITE, []),
        (MADE + CHOSEN + WRITE, []),
        (WRITE + MADE + READ, []),
        (_in(LOOP, MADE, READ, WRITE), []),
    ],
)
def test_the_same_condition_is_not_the_same_once_its_state_was_written(tasks: str, found: list[str]) -> None:
    assert codes(COUNT + tasks) == found


LAST = "state: {last: {type: [string, 'null'], default: null}}\ntasks:\n"
TOLD = '{id: tell, kind: log, message: "{{ state.last | upper }}"}'
KEEP = '{id: keep, kind: remember, values: {last: "{{ run.previous_success_at }}"}}'
KNOWN = "  - {id: known, kind: branch, cases: [{when: state.last != null, tasks: [%s]}]}\n"
STOPPED = "  - {id: ended, kind: stop, when: state.last == null, message: a}\n"


@pytest.mark.parametrize(
    ("tasks", "found"),
    [
        (KNOWN % TOLD + f"  - {KEEP}\n", []),
        (KNOWN % f"{TOLD}, {KEEP}", []),
        (f"{STOPPED}  - {TOLD}\n  - {KEEP}\n", []),
        (KNOWN % f"{KEEP}, {TOLD}", ["OV208"]),
        (f"{STOPPED}  - {KEEP}\n  - {TOLD}\n", ["OV208"]),
        (STOPPED + _in(LOOP, f"  - {TOLD}", f"  - {KEEP}"), ["OV208"]),
        (f"{STOPPED}  - {TOLD}\n  - {{needs: [ended], {KEEP[1:]}\n", ["OV208", "OV903"]),
    ],
)
def test_what_a_guard_said_of_a_state_holds_until_that_is_written(tasks: str, found: list[str]) -> None:
    assert codes(LAST + tasks) == found


SHELL = "tasks:\n  - {id: make, kind: shell, command: [make], on_error: continue%s}\n"
CODE = '  - {id: tell, kind: log, message: "{{ tasks.make.exit_code }}"%s}\n'


@pytest.mark.parametrize(
    ("task", "guard", "found"),
    [
        (", timeout: 5m", "", ["OV208"]),
        (", timeout: 5m", ", when: tasks.make.error == null", []),
        ("", "", []),
    ],
)
def test_a_program_that_takes_too_long_has_no_exit_code(task: str, guard: str, found: list[str]) -> None:
    assert codes(SHELL % task + CODE % guard) == found
    assert codes("defaults: {timeout: 1h}\n" + SHELL % "" + CODE % "") == ["OV208"]


APPROVE = """tasks:
  - id: ask
    kind: approve
    message: Go?
    timeout: 1h
    on_timeout: %s
    returns: {type: object, properties: {who: {type: string}}, required: [who]}
  - {id: tell, kind: log, when: %s, message: "{{ tasks.ask.value.who }}"}
"""


@pytest.mark.parametrize(
    ("late", "guard", "found"),
    [
        ("reject", "tasks.ask.approved", []),
        ("reject", "tasks.ask.outcome == 'approved'", []),
        ("approve", "tasks.ask.outcome == 'approved'", []),
        ("approve", "tasks.ask.approved", ["OV208"]),
        ("reject", "not tasks.ask.approved", ["OV208"]),
        ("reject", "tasks.ask.outcome != 'timed_out'", ["OV208"]),
    ],
)
def test_who_approves_fills_in_what_is_asked_for(late: str, guard: str, found: list[str]) -> None:
    assert codes(APPROVE % (late, guard)) == found


def test_a_name_of_another_loop_is_no_guard() -> None:
    outer = "inputs: {xs: {type: array, items: {type: boolean}}}\ntasks:\n"
    outer += "  - {id: outer, kind: foreach, items: inputs.xs, as: x, "
    made = "{id: made, kind: set, when: x, values: {v: 1}}"
    read = '{id: read, kind: log, when: x, message: "{{ tasks.made.v }}"}'
    inner = "{id: inner, kind: foreach, items: inputs.xs, as: %s, tasks: [%s]}"
    assert codes(f"{outer}tasks: [{made}, {read}]}}\n") == []
    assert codes(f"{outer}tasks: [{made}, {inner % ('y', read)}]}}\n") == []
    assert codes(f"{outer}tasks: [{made}, {inner % ('x', read)}]}}\n") == ["OV208"]


@pytest.mark.parametrize(
    ("made", "read", "found"),
    [
        ("inputs.x or inputs.y", "inputs.x", []),
        ("inputs.x and inputs.y", "inputs.x", ["OV208"]),
        ("inputs.n > 3", "not inputs.n <= 3", []),
        ("inputs.n > 3", "inputs.n > 5", []),
        ("inputs.n > 3", "inputs.n > 2", ["OV208"]),
        ("inputs.mode == 'slow'", "inputs.mode != 'fast'", []),
        ("inputs.mode != 'slow'", "inputs.mode != 'fast'", ["OV208"]),
        ("inputs.x and now() > '2026-01-01'", "inputs.x", ["OV208"]),
    ],
)
def test_a_guard_that_leaves_a_condition_no_choice_is_a_guard(made: str, read: str, found: list[str]) -> None:
    flow = f"""
        inputs: {{x: {{type: boolean}}, y: {{type: boolean}}, n: {{type: integer}}, mode: {{enum: [fast, slow]}}}}
        tasks:
          - {{id: used, kind: log, message: "{{{{ [inputs.x, inputs.y, inputs.n, inputs.mode] }}}}"}}
          - {{id: made, kind: set, when: "{made}", values: {{v: 1}}}}
          - {{id: read, kind: log, when: "{read}", message: "{{{{ tasks.made.v }}}}"}}
    """
    assert codes(flow) == found


@pytest.mark.parametrize(
    ("tasks", "found"),
    [
        ("log, message: \"{{ tasks.fetch.headers['Content-Type'] }}\"", [("OV204", "error", "'Content-Type'")]),
        ("log, message: \"{{ tasks.fetch.headers['ETag'] | default('') }}\"", [("OV204", "error", "'ETag'")]),
        ("set, values: {a: [1, 'x {{ tasks.fetch.headers.Date }}']}", [("OV204", "error", "Date")]),
        ("log, message: \"{{ tasks.fetch.headers['etag'] }}\"", []),
        ("log, message: \"{{ {'headers': {'A': 1}}.headers.A }} {{ tasks.fetch.headers['etag'] }}\"", []),
    ],
)
def test_the_name_of_a_header_that_came_in_has_no_capitals(tasks: str, found: list[tuple[str, str, str]]) -> None:
    assert told(f"tasks:\n{FETCH}\n  - {{id: next, kind: {tasks}}}\noutputs: {{a: tasks.next.state}}\n") == found


def test_what_a_call_or_a_schedule_gives_fits_the_whole_schema() -> None:
    called = """
        overture: 1
        name: other
        inputs: {code: {type: string, pattern: "^[0-9]+$"}, most: {type: integer, maximum: 10}}
        tasks: [{id: tell, kind: log, message: "{{ inputs.code }} {{ inputs.most }}"}]
    """
    call = "tasks:\n  - {id: ask, kind: call, workflow: other, inputs: {code: %s, most: %s}}\n"
    wrong = ["`code` does not match `^[0-9]+$`", "`most` must be at most 10, not `20`"]
    assert messages(call % ("abc", 20), called) == wrong
    assert messages(call % ("'12'", 10), called) == []
    schedule = "triggers: [{type: schedule, cron: 0 9 * * *, timezone: UTC, inputs: {most: %s}}]\n"
    tasks = 'tasks: [{id: a, kind: log, message: "{{ inputs.most }}"}]'
    given = "inputs: {most: {type: integer, minimum: 3}}\n" + schedule + tasks
    assert codes(given % 1) == ["OV306"]
    assert codes(given % 3) == []


def test_an_action_may_use_a_secret_that_is_only_declared() -> None:
    action = "{id: ask, kind: action, uses: github.list_commits, with: {}%s}"
    flow = "secrets: [GITHUB_TOKEN]\ntasks:\n  - " + action + "\noutputs: {a: tasks.ask.value}\n"
    assert codes(flow % "") == []
    own = ', auth: {type: bearer, token: "{{ secrets.OWN }}"}'
    assert codes(flow.replace("[GITHUB_TOKEN]", "[GITHUB_TOKEN, OWN]") % own) == ["OV702"]


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("{{ steps.a.x }}", "a task's result is read as `tasks.<id>.<field>`"),
        ("{{ env.HOME }}", "a value from outside is an input: `inputs.<name>`"),
    ],
)
def test_names_of_other_engines_are_answered_with_ours(text: str, help: str) -> None:
    found = verdict(f"tasks:\n  - {{id: a, kind: log, message: '{text}'}}\n").diagnostics
    assert [(each.code, each.help) for each in found] == [("OV205", help)]


def test_a_url_without_a_scheme_is_not_helped_by_hosts() -> None:
    (found,) = verdict("tasks:\n  - {id: a, kind: http, url: example.com/x}\n").diagnostics
    assert (found.code, found.help) == ("OV801", "write it whole: `https://api.example.com/v1`")


@pytest.mark.parametrize(
    ("type", "guard", "found"),
    [
        ("integer", "tasks.fetch.body.a | default(0) > 3", []),
        ("integer", "tasks.fetch.body.a | default(9) > 3", ["OV208"]),
        ("integer", "not tasks.fetch.body.a | default(9) > 3", []),
        ("string", "tasks.fetch.body.a | default('') in ['x', 'y']", []),
        ("string", "tasks.fetch.body.a | default('x') in ['x', 'y']", ["OV208"]),
        ("boolean", "tasks.fetch.body.a | default(false)", []),
        ("boolean", "not tasks.fetch.body.a | default(true)", []),
        ("boolean", "tasks.fetch.body.a | default(true)", ["OV208"]),
    ],
)
def test_what_cannot_be_what_stands_in_is_there(type: str, guard: str, found: list[str]) -> None:
    returns = f"{{type: object, properties: {{a: {{type: {type}}}}}}}"
    fetch = f'  - {{id: fetch, kind: http, url: "https://example.com/a", returns: {returns}}}\n'
    read = f'  - {{id: read, kind: log, when: "{guard}", message: "{{{{ tasks.fetch.body.a }}}}"}}\n'
    assert codes(f"tasks:\n{fetch}{read}") == found


@pytest.mark.parametrize(
    ("guard", "found"),
    [
        ("tasks.fetch.body.a | default([]) | length > 0", []),
        ("tasks.fetch.body.a | default([]) is not empty", []),
        ("(tasks.fetch.body.a | default([])) | length >= 1", []),
        ("tasks.fetch.body.a | default([]) | length >= 0", ["OV208"]),
        ("tasks.fetch.body.a | default(['x']) | length > 0", ["OV208"]),
    ],
)
def test_what_is_not_the_nothing_that_stands_in_is_there(guard: str, found: list[str]) -> None:
    returns = "{type: object, properties: {a: {type: array, items: {type: string}}}}"
    fetch = f'  - {{id: fetch, kind: http, url: "https://example.com/a", returns: {returns}}}\n'
    read = f'  - {{id: read, kind: log, when: "{guard}", message: "{{{{ tasks.fetch.body.a[0] }}}}"}}\n'
    assert [code for code in codes(f"tasks:\n{fetch}{read}") if code != "OV405"] == found
