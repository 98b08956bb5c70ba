"""What runs when, and what every task is said to have come to."""

from __future__ import annotations

import textwrap
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from local_running import Runner

from overture.expressions.tree import Literal, ObjectOf
from overture.plan.model import Block, Plan, Task
from overture.testing import Reply, Route, SettableClock, World
from overture_local import Limits, RunResult, run

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def _states(result: RunResult) -> dict[str, str]:
    return {task.at: task.state for task in result.tasks}


def _flow(tasks: str, more: str = "") -> str:
    return (
        f"overture: 1\nname: ordered\ntasks:\n{textwrap.indent(textwrap.dedent(tasks), '  ')}\n{textwrap.dedent(more)}"
    )


def test_a_failed_task_fails_its_block_and_what_runs_is_let_finish(runner: Runner) -> None:
    flow = _flow("""
        - {id: bad, kind: fail, message: first, needs: []}
        - {id: slow, kind: shell, command: [sh, -c, "sleep 0.3; echo done > slow"], needs: []}
        - {id: after, kind: set, values: {x: 1}, needs: [slow]}
    """)
    result = runner.run(flow)
    assert _states(result) == {"bad": "failed", "slow": "succeeded", "after": "cancelled"}
    assert (runner.workspace / "slow").exists()
    assert result.error is not None
    assert result.error.as_json() == {"type": "fail", "message": "first", "task": "bad"}


def test_a_failure_that_is_continued_is_done_like_any_other_end(runner: Runner) -> None:
    flow = _flow(
        """
        - {id: bad, kind: fail, message: gone, on_error: continue}
        - {id: next, kind: set, values: {why: "{{ tasks.bad.error.message | default('') }}"}}
        """,
        "outputs: {why: tasks.next.why, state: tasks.bad.state}",
    )
    assert runner.run(flow).outputs == {"why": "gone", "state": "failed"}


def test_every_task_outside_loops_has_a_state(runner: Runner) -> None:
    flow = _flow(
        """
        - id: way
          kind: branch
          cases:
            - when: 1 == 2
              tasks: [{id: not_taken, kind: try, tasks: [{id: deep, kind: set, values: {x: 1}}]}]
          else: [{id: bad, kind: fail, message: x}]
        - id: later
          kind: repeat
          attempts: 2
          until: 1 == 1
          tasks:
            - id: inner
              kind: try
              tasks: [{id: tried, kind: set, values: {x: 1}}]
              catch: [{id: caught, kind: set, values: {x: 1}}]
        - {id: loop, kind: foreach, items: [1], as: one, tasks: [{id: in_loop, kind: set, values: {x: "{{ one }}"}}]}
        """,
    )
    assert _states(runner.run(flow)) == {
        "not_taken": "skipped",
        "deep": "skipped",
        "bad": "failed",
        "way": "failed",
        "later": "cancelled",
        "inner": "cancelled",
        "tried": "cancelled",
        "caught": "cancelled",
        "loop": "cancelled",
    }


def test_a_skipped_block_skips_what_stands_in_it(runner: Runner) -> None:
    flow = _flow("""
        - {id: a, kind: try, when: 1 == 2, tasks: [{id: b, kind: set, values: {x: 1}}]}
        - {id: c, kind: set, values: {x: 1}}
    """)
    assert _states(runner.run(flow)) == {"a": "skipped", "b": "skipped", "c": "succeeded"}


def test_a_condition_that_has_no_value_fails_its_task(runner: Runner) -> None:
    flow = _flow(
        """
        - {id: a, kind: set, values: {n: "{{ inputs.x | int }}"}, when: "inputs.x | int > 0"}
        - {id: b, kind: set, values: {x: 1}}
        """,
        "inputs: {x: {type: string}}",
    )
    result = runner.run(flow, inputs={"x": "many"})
    assert _states(result) == {"a": "failed", "b": "cancelled"}
    assert result.error is not None
    assert (result.error.type, result.error.task) == ("expression", "a")


def test_a_condition_of_a_stop_that_has_no_value_is_that_task_s_failure(runner: Runner) -> None:
    flow = _flow(
        """
        - {id: halt, kind: stop, when: "inputs.x | int > 0"}
        - {id: b, kind: set, values: {x: 1}}
        """,
        "inputs: {x: {type: string}}",
    )
    result = runner.run(flow, inputs={"x": "many"})
    assert _states(result) == {"halt": "failed", "b": "cancelled"}
    assert result.error is not None
    assert result.error.task == "halt"


def test_the_rounds_of_a_repeat_are_one_task_as_of_its_last_round(runner: Runner) -> None:
    flow = _flow(
        """
        - id: poll
          kind: repeat
          attempts: 5
          until: tasks.look.status == 200
          tasks: [{id: look, kind: http, url: "{{ inputs.api }}/", accept: [200, 404]}]
        """,
        "inputs: {api: {type: string}}\noutputs: {rounds: tasks.poll.iterations}",
    )
    with World([Route("GET", "/", (Reply(status=404), Reply(status=404), Reply()))]) as world:
        result = runner.run(flow, inputs={"api": world.url}, clock=SettableClock(START))
    assert result.outputs == {"rounds": 3}
    assert [(task.at, task.outputs.get("status")) for task in result.tasks] == [("look", 200), ("poll", None)]
    assert result.seconds == 2.0


def test_the_results_of_a_loop_are_in_item_order_whichever_is_first(runner: Runner) -> None:
    flow = _flow(
        """
        - id: each
          kind: foreach
          items: [0.3, 0.1, 0]
          as: delay
          concurrency: 3
          tasks: [{id: nap, kind: shell, command: [sleep, "{{ delay }}"]}]
          collect: "[loop.index, delay]"
        """,
        "outputs: {v: tasks.each.value}",
    )
    result = runner.run(flow)
    assert result.outputs == {"v": [[0, 0.3], [1, 0.1], [2, 0]]}
    assert [task.at for task in result.tasks][:3] == ["each[2].nap", "each[1].nap", "each[0].nap"]


@pytest.mark.parametrize("concurrency", [1, 2])
def test_after_a_failed_item_no_further_one_starts(runner: Runner, concurrency: int) -> None:
    flow = _flow(f"""
        - id: each
          kind: foreach
          items: [0, 1, 2, 3, 4, 5]
          as: n
          concurrency: {concurrency}
          tasks: [{{id: check, kind: assert, that: ["n != 1"], message: "n is {{{{ n }}}}"}}]
    """)
    result = runner.run(flow)
    assert result.error is not None
    assert result.error.as_json() == {"type": "assert", "message": "n is 1", "task": "check"}
    each = next(task for task in result.tasks if task.at == "each")
    assert each.error is not None
    assert each.error.type == "item"
    assert len([task for task in result.tasks if task.id == "check"]) <= 1 + concurrency


@pytest.mark.parametrize(("items", "state"), [(10, "succeeded"), (11, "failed")])
def test_a_loop_has_a_most_of_items(runner: Runner, items: int, state: str) -> None:
    flow = _flow(
        f"- {{id: each, kind: foreach, items: 'range(0, {items})', as: n, collect: n}}",
        "outputs: {n: tasks.each.value | length}",
    )
    assert runner.run(flow, limits=Limits(loop_items=10)).state == state


@pytest.mark.parametrize(("size", "lines"), [(100, 1), (101, 2)])
def test_the_log_has_a_most_of_bytes(runner: Runner, size: int, lines: int) -> None:
    flow = _flow(f"- {{id: a, kind: log, message: {'x' * size}}}\n- {{id: b, kind: log, message: y}}")
    assert runner.run(flow, limits=Limits(log_bytes=100)).state == "succeeded"
    assert runner.log() == (
        ["x" * 100, "the log is full: it has more than 100 bytes"]
        if lines == 1
        else ["the log is full: it has more than 100 bytes"]
    )


@pytest.mark.parametrize(("size", "state"), [(988, "succeeded"), (989, "failed")])
def test_a_result_has_a_most_of_bytes(runner: Runner, size: int, state: str) -> None:
    flow = _flow(f"- {{id: a, kind: set, values: {{text: {'x' * size}}}}}")  # {"text": "…"} are 12 more
    assert runner.run(flow, limits=Limits(output_bytes=1000)).state == state


def test_attempts_wait_longer_and_longer_up_to_the_longest_delay(runner: Runner) -> None:
    flow = _flow(
        """
        - id: get
          kind: http
          url: "{{ inputs.api }}/"
          retry: {attempts: 5, delay: 10s, backoff: exponential, max_delay: 30s}
        """,
        "inputs: {api: {type: string}}",
    )
    with World([Route("GET", "/", (Reply(status=500),))]) as world:
        result = runner.run(flow, inputs={"api": world.url}, clock=SettableClock(START))
        assert len(world.requests) == 5
    assert result.seconds == 10 + 20 + 30 + 30
    assert next(task.attempts for task in result.tasks) == 5
    failed = [event["attempt"] for event in runner.events if event["event"] == "attempt_failed"]
    assert failed == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("field", "seconds"),
    [("for: 1h30m", 5400), ('until: "2026-03-01T10:00:00Z"', 3600), ('until: "2026-02-01T10:00:00Z"', 0)],
)
def test_a_wait_lasts_as_long_as_it_says(runner: Runner, field: str, seconds: float) -> None:
    assert runner.run(_flow(f"- {{id: a, kind: wait, {field}}}"), clock=SettableClock(START)).seconds == seconds


def test_the_clock_stops_at_the_timeout_of_a_block(runner: Runner) -> None:
    flow = _flow("""
        - id: a
          kind: try
          timeout: 10m
          on_error: continue
          tasks:
            - {id: b, kind: wait, for: 1h}
            - {id: c, kind: set, values: {x: 1}}
        - {id: d, kind: set, values: {x: 1}}
    """)
    result = runner.run(flow, clock=SettableClock(START))
    assert _states(result) == {"b": "cancelled", "c": "cancelled", "a": "failed", "d": "succeeded"}
    assert result.seconds == 600
    failed = next(task for task in result.tasks if task.at == "a")
    assert failed.error is not None
    assert failed.error.type == "timeout"


def test_the_innermost_of_several_timeouts_is_the_first(runner: Runner) -> None:
    flow = _flow("""
        - id: outer
          kind: try
          timeout: 1h
          tasks:
            - {id: inner, kind: try, timeout: 5m, on_error: continue, tasks: [{id: b, kind: wait, for: 2h}]}
            - {id: c, kind: wait, for: 50m}
            - {id: d, kind: wait, for: 50m}
    """)
    result = runner.run(flow, clock=SettableClock(START))
    states = _states(result)
    assert (states["inner"], states["c"], states["d"], states["outer"]) == (
        "failed",
        "succeeded",
        "cancelled",
        "failed",
    )
    assert result.seconds == 3600


def test_a_block_of_ten_thousand_tasks_is_not_quadratic(runner: Runner) -> None:
    def seconds(count: int, chained: bool) -> float:
        values = {"values": ObjectOf(((Literal("x"), Literal(1)),))}
        tasks = tuple(
            Task(
                f"t{number}",
                "log",
                needs=(f"t{number - 1}",) if chained and number else (),
                fields={"message": Literal("x")},
            )
            for number in range(count)
        )
        assert values
        plan = Plan("many", Block(tasks, "graph"), digest="d")
        started = time.perf_counter()
        result = run(plan, runner.request(on_event=None, limits=Limits(log_bytes=0)))
        assert (result.state, len(result.tasks)) == ("succeeded", count)
        return time.perf_counter() - started

    assert seconds(10_000, chained=False) < 20 * max(seconds(1_000, chained=False), 0.3)


def test_events_tell_the_story_in_order(runner: Runner) -> None:
    runner.run(_flow("- {id: a, kind: log, message: hello}"))
    told: list[Any] = [(event["event"], event.get("at")) for event in runner.events]
    assert told == [
        ("run_started", None),
        ("task_started", "a"),
        ("log", "a"),
        ("task_ended", "a"),
        ("phase", None),
        ("run_ended", None),
    ]


@pytest.mark.parametrize("limit", [2, 3])
def test_no_more_children_at_once_than_the_limit(runner: Runner, limit: int) -> None:
    # each takes a place of its own in the folder, and tells how many it sees there
    command = "mkdir busy.$0; ls -d busy.* | wc -l > seen.$0; sleep 0.3; rmdir busy.$0"
    tasks = "\n".join(
        f'- {{id: t{n}, kind: shell, needs: [], command: [sh, -c, "{command}", "{n}"]}}' for n in range(6)
    )
    assert runner.run(_flow(tasks), limits=Limits(processes=limit)).state == "succeeded"
    seen = [int((runner.workspace / f"seen.{n}").read_text()) for n in range(6)]
    assert max(seen) <= limit


@pytest.mark.parametrize(("depth", "state"), [(2, "succeeded"), (1, "failed")])
def test_calls_have_a_largest_depth(runner: Runner, depth: int, state: str) -> None:
    def caller(name: str, called: str) -> str:
        return f"overture: 1\nname: {name}\ntasks:\n  - {{id: {name}_calls, kind: call, workflow: {called}}}\n"

    innermost = "overture: 1\nname: c\ntasks:\n  - {id: x, kind: set, values: {y: 1}}\n"
    assert runner.run(caller("a", "b"), caller("b", "c"), innermost, limits=Limits(call_depth=depth)).state == state
