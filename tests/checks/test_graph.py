"""What runs before what, and what never runs (language.md 6)."""

from __future__ import annotations

import pytest
from checking import HEAD, codes, messages, told, verdict


def _flow(*tasks: str) -> str:
    return "tasks:\n" + "\n".join(f"  - {{{each}}}" for each in tasks) + "\n"


@pytest.mark.parametrize(
    ("tasks", "found"),
    [
        (("id: a, kind: log, message: a, needs: [b]", "id: b, kind: log, message: b, needs: [a]"), ["OV401"]),
        (("id: a, kind: log, message: a, needs: [a]",), ["OV401"]),
        (("id: a, kind: log, message: a, needs: [b]", "id: b, kind: log, message: b"), ["OV401"]),
        (("id: a, kind: set, values: {x: 1}, needs: [b]", "id: b, kind: log, message: '{{ tasks.a.x }}'"), ["OV401"]),
        (("id: a, kind: log, message: a, needs: [b]", "id: b, kind: log, message: b, needs: []"), []),
    ],
)
def test_tasks_that_wait_for_one_another_are_one_finding(tasks: tuple[str, ...], found: list[str]) -> None:
    assert codes(_flow(*tasks)) == found


def test_a_ring_is_told_at_the_edge_of_its_earliest_task() -> None:
    found = verdict(
        _flow(
            "id: free, kind: log, message: a",
            "id: a, kind: log, message: a, needs: [c]",
            "id: b, kind: log, message: b, needs: [a]",
            "id: c, kind: log, message: c, needs: [b]",
        )
    )
    assert [each.message for each in found.diagnostics] == ["tasks wait for one another: `a` -> `c` -> `b` -> `a`"]
    assert found.diagnostics[0].at.pointer == "/tasks/1/needs/0"


def test_needs_name_tasks_of_the_same_block() -> None:
    inner = "id: risk, kind: try, tasks: [{id: inner, kind: log, message: a}], catch: [{id: c, kind: log, message: a}]"
    assert codes(_flow(inner, "id: b, kind: log, message: b, needs: [inner]")) == ["OV402"]
    assert codes(_flow(inner, "id: b, kind: log, message: b, needs: [nobody]")) == ["OV402"]
    assert codes(_flow(inner, "id: b, kind: log, message: b, needs: [risk]")) == []


@pytest.mark.parametrize(
    ("needs", "found"), [("", ["OV207"]), (", needs: []", ["OV207"]), (", needs: [late]", []), (", needs: [last]", [])]
)
def test_a_task_listed_later_is_read_only_behind_needs(needs: str, found: list[str]) -> None:
    flow = _flow(
        "id: tell, kind: log, message: '{{ tasks.late.x }}'" + needs,
        "id: late, kind: set, values: {x: 1}, needs: []",
        "id: last, kind: log, message: a, needs: [late]",
    )
    assert codes(flow) == found


@pytest.mark.parametrize(
    ("end", "found"),
    [
        ("kind: fail, message: no", ["OV403"]),
        ("kind: stop", ["OV403"]),
        ("kind: fail, message: no, when: run.trigger == 'manual'", []),
        ("kind: fail, message: no, on_error: continue", []),
    ],
)
def test_nothing_runs_after_what_always_ends_the_run(end: str, found: list[str]) -> None:
    assert codes(_flow(f"id: end, {end}", "id: tell, kind: log, message: a")) == found
    assert codes(_flow(f"id: end, {end}", "id: tell, kind: log, message: a, needs: []")) == []


def test_a_stop_stands_in_the_workflows_own_list() -> None:
    stop = "[{id: enough, kind: stop, when: run.id == 'a'}]"
    inner = f"id: risk, kind: try, tasks: {stop}, catch: [{{id: c, kind: log, message: a}}]"
    assert codes(_flow(inner)) == ["OV404"]
    assert codes(_flow("id: a, kind: log, message: a") + "finally: [{id: enough, kind: stop}]\n") == ["OV404"]


@pytest.mark.parametrize(
    ("last", "found"),
    [
        (("id: both, kind: log, message: a, needs: [one, two]",), []),
        (("id: left, kind: log, message: a, needs: [one]", "id: right, kind: log, message: a, needs: [two]"), []),
        (
            ("id: both, kind: log, message: a, needs: [one, two]", "id: left, kind: log, message: a, needs: [one]"),
            ["OV404"],
        ),
    ],
)
def test_stops_side_by_side_end_the_same_tasks_or_others(last: tuple[str, ...], found: list[str]) -> None:
    stops = [f"id: {name}, kind: stop, when: inputs.n == {n}, needs: []" for n, name in enumerate(("one", "two"))]
    assert codes("inputs: {n: {type: integer, default: 100}}\n" + _flow(*stops, *last)) == found


@pytest.mark.parametrize(("count", "found"), [(50, []), (51, ["OV404"])])
def test_stops_are_at_most_fifty(count: int, found: list[str]) -> None:
    stops = (f"id: s{number}, kind: stop, when: inputs.n == {number}" for number in range(count))
    assert codes("inputs: {n: {type: integer, default: 100}}\n" + _flow(*stops)) == found


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("inputs.loud", ["OV405"]),
        ("not inputs.loud", ["OV403"]),
        ("inputs.loud and inputs.n > 1", []),
        ("inputs.n > 1", []),
        ("true or inputs.n > 1", ["OV405"]),
        ("false", ["OV403"]),
    ],
)
def test_a_condition_depends_on_data(condition: str, found: list[str]) -> None:
    flow = "inputs: {loud: {type: boolean, default: true}, n: {type: integer, default: 1}}\n" + _flow(
        "id: sure, kind: assert, that: [inputs.loud, inputs.n > 0]",
        f"id: tell, kind: log, message: a, when: '{condition}'",
    )
    assert codes(flow) == found


def test_a_case_that_another_takes_first_is_never_taken() -> None:
    flow = """
        inputs: {loud: {type: boolean, default: true}}
        tasks:
          - id: way
            kind: branch
            cases:
              - {when: inputs.loud, tasks: [{id: a, kind: log, message: a}]}
              - {when: inputs.loud, tasks: [{id: b, kind: log, message: b}]}
    """
    assert messages(flow) == ["this case is never taken: an earlier one takes all that it asks for"]


START = "id: start, kind: log, message: a"
LEFT = "id: left, kind: log, message: a, needs: [start]"
RIGHT = "id: right, kind: log, message: a, needs: [start]"
DONE = "id: done, kind: log, message: a"


@pytest.mark.parametrize(
    ("tasks", "found"),
    [
        ((START, LEFT, RIGHT, DONE), ["OV406"]),
        ((START, LEFT, RIGHT, DONE + ", needs: [left, right]"), []),
        ((START, LEFT, RIGHT, DONE + ", needs: [right]"), []),
        ((START, LEFT, DONE), []),
        # lanes: what the last lane goes on with is meant, for the others end elsewhere
        ((START, LEFT, RIGHT, DONE, "id: join, kind: log, message: a, needs: [left, done]"), []),
        ((START, "id: lane, kind: log, message: a, needs: []", DONE), []),
    ],
)
def test_a_task_that_follows_only_the_last_of_a_group_is_told(tasks: tuple[str, ...], found: list[str]) -> None:
    assert codes(_flow(*tasks)) == found


def test_every_edge_of_a_ring_is_shown_where_it_is_written() -> None:
    flow = _flow(
        "id: a, kind: set, values: {x: 1}, needs: [c]",
        "id: b, kind: set, values: {y: '{{ tasks.a.x }}'}",
        "id: t, kind: try, tasks: [{id: inner, kind: log, message: 'so {{ tasks.b.y }}'}]",
        "id: c, kind: log, message: c",
    )
    (found,) = (each for each in verdict(flow).diagnostics if each.code == "OV401")
    assert found.message == "tasks wait for one another: `a` -> `c` -> `t` -> `b` -> `a`"
    assert [each.message for each in found.related] == [
        "`a` needs `c`",
        "`c` comes after `t`",
        "`t` reads `b`",
        "`b` reads `a`",
    ]
    lines = (HEAD + flow).splitlines()
    places = [lines[each.at.line - 1][each.at.column - 1 : each.at.end_column - 1] for each in found.related]
    assert places == ["c", "c", "tasks.b.y", "tasks.a.x"]


def test_a_task_that_waits_for_itself_is_a_ring_of_one() -> None:
    assert messages(_flow("id: a, kind: log, message: a, needs: [a]")) == ["task `a` waits for itself"]


@pytest.mark.parametrize(
    ("need", "message", "help"),
    [
        ("inner", "task `inner` stands in another block: in `risk`", "need `risk`, which holds it"),
        ("deep", "task `deep` stands in another block: in `loop`", "need `risk`, which holds it"),
        ("alarm", "task `alarm` stands in another block: in `finally`", "needs name tasks of the same block only"),
        ("nobody", "task `nobody` does not exist", "there is `first`, `risk`"),
        ("frist", "task `frist` does not exist", "did you mean `first`?"),
    ],
)
def test_a_need_of_another_block_says_where_that_is(need: str, message: str, help: str) -> None:
    loop = "{id: loop, kind: foreach, items: [1], as: one, tasks: [{id: deep, kind: log, message: '{{ one }}'}]}"
    flow = _flow(
        "id: first, kind: log, message: a",
        f"id: risk, kind: try, tasks: [{{id: inner, kind: log, message: a}}, {loop}], catch: "
        "[{id: told, kind: log, message: a}]",
        f"id: last, kind: log, message: a, needs: [{need}]",
    )
    found = verdict(flow + "finally: [{id: alarm, kind: log, message: a}]\n").diagnostics
    assert [(each.code, each.message, each.help) for each in found if each.severity == "error"] == [
        ("OV402", message, help)
    ]


def test_a_need_of_what_stands_outside_belongs_to_the_holder() -> None:
    flow = _flow(
        "id: first, kind: log, message: a",
        "id: risk, kind: try, tasks: [{id: inner, kind: log, message: a, needs: [%s]}], "
        "catch: [{id: told, kind: log, message: a}]",
    )
    found = [verdict(flow % name).diagnostics[0] for name in ("first", "risk")]
    assert [(each.message, each.help) for each in found] == [
        (
            "task `first` stands in another block: in the workflow's own tasks",
            "let `risk` need it, which holds this one",
        ),
        ("task `risk` holds this one", "leave it out: what it holds starts with it"),
    ]


def test_a_need_that_a_read_implies_already_is_fine() -> None:
    flow = _flow("id: a, kind: set, values: {x: 1}", "id: b, kind: log, message: '{{ tasks.a.x }}', needs: [a]")
    assert codes(flow) == []


FAILS = "tasks: [{id: f, kind: fail, message: no}]"


@pytest.mark.parametrize(
    ("holder", "found"),
    [
        (f"kind: repeat, attempts: 2, until: run.id == 'a', {FAILS}", True),
        (f"kind: try, {FAILS}, catch: [{{id: g, kind: fail, message: no}}]", True),
        (f"kind: try, {FAILS}, catch: [{{id: g, kind: log, message: no}}]", False),
        (f"kind: branch, cases: [{{when: run.id == 'a', {FAILS}}}], else: [{{id: g, kind: fail, message: no}}]", True),
        (f"kind: branch, cases: [{{when: run.id == 'a', {FAILS}}}]", False),
        (f"kind: foreach, items: [1], as: one, where: one > loop.index, {FAILS}", False),
    ],
)
def test_nothing_runs_after_a_block_that_always_fails(holder: str, found: bool) -> None:
    flow = _flow(f"id: end, {holder}", "id: tell, kind: log, message: a", "id: too, kind: log, message: a")
    assert [each[1:] for each in told(flow) if each[0] == "OV403"] == ([("warning", "tell")] if found else [])


@pytest.mark.parametrize(
    "task",
    [
        "kind: try, tasks: []",
        "kind: branch, cases: []",
        "kind: branch, cases: [{when: run.id == 'a', tasks: []}]",
        "kind: foreach, items: [1], as: one, tasks: []",
        "kind: repeat, attempts: 2, until: run.id == 'a', tasks: []",
    ],
)
def test_an_empty_block_is_told_where_it_is(task: str) -> None:
    assert told(_flow(f"id: a, {task}")) == [("OV105", "error", "[]")]
