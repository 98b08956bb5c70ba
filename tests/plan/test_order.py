"""What a plan says of order: edges, their reduction, the order of tasks, the shape of a block."""

from __future__ import annotations

import random

import pytest
from plan_making import needs, planned

from overture.plan.model import Plan, Task
from overture.plan.shapes import ordered


def _body(tasks: str) -> Plan:
    return planned("tasks:\n" + "\n".join(f"  - {line.strip()}" for line in tasks.strip().splitlines()))


def test_tasks_run_in_the_order_of_writing() -> None:
    plan = _body("""
        {id: a, kind: log, message: a}
        {id: b, kind: log, message: b}
        {id: c, kind: log, message: c}
    """)
    assert needs(plan.body) == {"a": (), "b": ("a",), "c": ("b",)}
    assert plan.body.shape == "chain"


def test_needs_replace_the_order_of_writing() -> None:
    plan = _body("""
        {id: a, kind: log, message: a}
        {id: b, kind: log, message: b, needs: []}
        {id: c, kind: log, message: c, needs: [a]}
        {id: d, kind: log, message: d}
    """)
    assert needs(plan.body) == {"a": (), "b": (), "c": ("a",), "d": ("c",)}
    assert plan.body.shape == "graph"


def test_a_read_is_an_edge_to_the_block_that_holds_the_task() -> None:
    plan = planned("""
        tasks:
          - {id: before, kind: set, values: {x: 1}}
          - id: risk
            kind: try
            needs: []
            tasks: [{id: inner, kind: set, values: {x: "{{ tasks.before.x }}"}}]
          - {id: after, kind: log, message: "{{ tasks.inner.x | default(0) }}", needs: []}
    """)
    assert needs(plan.body) == {"before": (), "risk": ("before",), "after": ("risk",)}
    assert needs(plan.task("risk").blocks["tasks"]) == {"inner": ()}


def test_an_edge_that_others_imply_is_left_out() -> None:
    plan = _body("""
        {id: a, kind: set, values: {x: 1}}
        {id: b, kind: set, values: {x: "{{ tasks.a.x }}"}}
        {id: c, kind: set, values: {x: "{{ tasks.a.x + tasks.b.x }}"}}
        {id: d, kind: set, values: {x: "{{ tasks.a.x }}"}, needs: [a, c, b]}
    """)
    assert needs(plan.body) == {"a": (), "b": ("a",), "c": ("b",), "d": ("c",)}
    assert plan.body.shape == "chain"


def test_a_join_keeps_all_its_edges() -> None:
    plan = _body("""
        {id: a, kind: log, message: a}
        {id: left, kind: log, message: b, needs: [a]}
        {id: right, kind: log, message: c, needs: [a]}
        {id: join, kind: log, message: d, needs: [right, a, left]}
    """)
    assert needs(plan.body)["join"] == ("left", "right")


def test_a_task_that_needs_a_later_one_stands_after_it() -> None:
    plan = _body("""
        {id: a, kind: log, message: "{{ tasks.c.x }}", needs: [c]}
        {id: b, kind: log, message: b, needs: []}
        {id: c, kind: set, values: {x: 1}, needs: []}
        {id: d, kind: log, message: d, needs: [b]}
    """)
    assert list(needs(plan.body)) == ["b", "c", "d", "a"]


@pytest.mark.parametrize(
    ("tasks", "shape"),
    [
        ("{id: a, kind: log, message: a}", "single"),
        ("{id: a, kind: log, message: a}\n{id: b, kind: log, message: b}", "chain"),
        ("{id: a, kind: log, message: a}\n{id: b, kind: log, message: b, needs: []}", "side by side"),
        (
            "{id: a, kind: log, message: a}\n{id: b, kind: log, message: b, needs: []}\n"
            "{id: c, kind: log, message: c, needs: [a, b]}",
            "graph",
        ),
    ],
)
def test_a_block_has_the_shape_that_its_edges_have(tasks: str, shape: str) -> None:
    assert _body(tasks).body.shape == shape


def test_a_reduction_keeps_what_leads_where() -> None:
    """Of random graphs: what comes before what stays the same, and no edge can be spared."""
    choice = random.Random(7)
    for _ in range(40):
        names = [f"t{number}" for number in range(12)]
        given = {
            name: choice.sample(names[:place], min(place, choice.randint(0, 4))) for place, name in enumerate(names)
        }
        lines = [f"{{id: {name}, kind: log, message: a, needs: [{', '.join(above)}]}}" for name, above in given.items()]
        reduced = needs(_body("\n".join(lines)).body)
        assert _reach(reduced) == _reach(given)
        for name, above in reduced.items():
            for each in above:
                fewer = {**reduced, name: tuple(other for other in above if other != each)}
                assert _reach(fewer) != _reach(reduced)


def _reach(edges: dict[str, tuple[str, ...]] | dict[str, list[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, above in edges.items():
        found[name] = set(above).union(*(found[each] for each in above))
    return found


def test_tasks_in_a_ring_have_no_order() -> None:
    with pytest.raises(ValueError, match="wait for one another"):
        ordered((Task("a", "log", needs=("b",)), Task("b", "log", needs=("a",)), Task("c", "log")))


def test_a_long_list_the_wrong_way_round_is_put_in_order() -> None:
    many = 5000
    tasks = tuple(Task(f"t{number}", "log", needs=(f"t{number + 1}",)) for number in range(many))
    found = ordered((*tasks, Task(f"t{many}", "log")))
    assert [task.id for task in found] == [f"t{number}" for number in range(many, -1, -1)]
