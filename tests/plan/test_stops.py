"""`stop` in a plan: a branch whose else holds what comes after."""

from __future__ import annotations

from plan_making import needs, planned

from overture.expressions.tree import Ref


def test_what_comes_after_a_stop_stands_in_the_else_of_a_branch() -> None:
    plan = planned("""
        inputs: {quick: {type: boolean, default: true}}
        tasks:
          - {id: first, kind: log, message: first}
          - {id: enough, kind: stop, when: inputs.quick, message: enough}
          - {id: second, kind: log, message: second}
          - {id: third, kind: log, message: third}
    """)
    assert needs(plan.body) == {"first": (), "enough_or_rest": ("first",)}
    branch = plan.task("enough_or_rest")
    assert (branch.kind, branch.stands_for, branch.is_generated) == ("branch", "enough", True)
    assert branch.fields["0"] == Ref("inputs", "quick")
    assert plan.task("enough").when is None
    assert needs(branch.blocks["0"]) == {"enough": ()}
    assert needs(branch.blocks["else"]) == {"second": (), "third": ("second",)}
    assert branch.blocks["else"].shape == "chain"


def test_a_stop_without_a_condition_always_ends_the_run() -> None:
    plan = planned("""
        tasks:
          - {id: first, kind: log, message: first}
          - {id: enough, kind: stop}
    """)
    branch = plan.task("enough_or_rest")
    assert list(branch.blocks) == ["0"]
    assert branch.fields["0"].value is True  # type: ignore[union-attr]


def test_what_runs_beside_a_stop_is_not_skipped_by_it() -> None:
    plan = planned("""
        inputs: {quick: {type: boolean, default: true}}
        tasks:
          - {id: start, kind: log, message: start}
          - {id: enough, kind: stop, when: inputs.quick, needs: [start]}
          - {id: beside, kind: log, message: beside, needs: [start]}
          - {id: join, kind: log, message: join, needs: [enough, beside]}
    """)
    assert needs(plan.body) == {"start": (), "beside": ("start",), "enough_or_rest": ("beside",)}
    assert needs(plan.task("enough_or_rest").blocks["else"]) == {"join": ()}


def test_a_second_stop_stands_in_the_rest_of_the_first() -> None:
    plan = planned("""
        inputs: {quick: {type: boolean, default: true}, small: {type: boolean, default: true}}
        tasks:
          - {id: one, kind: stop, when: inputs.quick}
          - {id: work, kind: log, message: work}
          - {id: two, kind: stop, when: inputs.small}
          - {id: more, kind: log, message: more}
    """)
    assert needs(plan.body) == {"one_or_rest": ()}
    rest = plan.task("one_or_rest").blocks["else"]
    assert needs(rest) == {"work": (), "two_or_rest": ("work",)}
    assert needs(plan.task("two_or_rest").blocks["else"]) == {"more": ()}


def test_stops_side_by_side_each_skip_what_comes_after_them() -> None:
    plan = planned("""
        inputs: {quick: {type: boolean, default: true}, small: {type: boolean, default: true}}
        tasks:
          - {id: start, kind: log, message: start}
          - {id: one, kind: stop, when: inputs.quick, needs: [start]}
          - {id: two, kind: stop, when: inputs.small, needs: [start]}
          - {id: both, kind: log, message: both, needs: [one, two]}
    """)
    assert needs(plan.body) == {"start": (), "two_or_rest": ("start",)}
    assert needs(plan.task("two_or_rest").blocks["else"]) == {"one_or_rest": ()}
    assert needs(plan.task("one_or_rest").blocks["else"]) == {"both": ()}
    assert [task.id for task in plan.walk() if task.kind == "stop"] == ["two", "one"]


def test_the_name_of_the_branch_is_one_that_nobody_has() -> None:
    plan = planned("""
        inputs: {quick: {type: boolean, default: true}}
        tasks:
          - {id: enough_or_rest, kind: log, message: first}
          - {id: enough, kind: stop, when: inputs.quick}
          - {id: later, kind: log, message: later}
    """)
    assert needs(plan.body) == {"enough_or_rest": (), "enough_or_rest_2": ("enough_or_rest",)}
