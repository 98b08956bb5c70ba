"""What runs before what, and what never runs (language.md 6)."""

from __future__ import annotations

import pytest
from checking import codes, messages, verdict


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
    inner = "id: risk, kind: try, tasks: [{id: inner, kind: log, message: a}]"
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
    inner = "id: risk, kind: try, tasks: [{id: enough, kind: stop, when: run.trigger == 'manual'}]"
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
