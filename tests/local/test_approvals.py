"""`approve`: a run that waits for a person ends in peace, and goes on where it was once somebody has answered."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crashing import crash
from local_running import Runner, plan_of

from overture.testing import Reply, Route, SettableClock, World
from overture_local import (
    Approval,
    Cancellation,
    RunRefused,
    RunResult,
    Store,
    SystemClock,
    answer,
    execute,
    questions,
    resume,
    run,
)

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
YES = Approval(True, "ann", "fine")


def flow(tasks: str, outputs: str = "", more: str = "") -> str:
    return f"overture: 1\nname: asking\n{more}tasks:\n{tasks}{'outputs: ' if outputs else ''}{outputs}\n"


RESULTS = (
    "{outcome: tasks.ask.outcome, approved: tasks.ask.approved, by: tasks.ask.by, comment: tasks.ask.comment,"
    " value: tasks.ask.value}"
)
ONE = flow('  - {id: ask, kind: approve, message: "ship {{ 1 + 1 }}?"}\n', RESULTS)
FORM = flow(
    "  - id: ask\n    kind: approve\n    message: how many?\n"
    "    returns: {type: object, required: [size], properties: {size: {type: integer}, why: {type: string}}}\n",
    RESULTS,
)


def timed(on_timeout: str) -> str:
    return flow(f"  - {{id: ask, kind: approve, message: ok?, timeout: 1h, on_timeout: {on_timeout}}}\n", RESULTS)


def states(result: RunResult) -> dict[str, str]:
    return {task.at: task.state for task in result.tasks}


def say(runner: Runner, approval: Approval = YES, place: str = "ask", clock: Any = None) -> None:
    with Store(runner.home) as store:
        found = {each.place: each for each in questions(store, store.runs()[0].run)}
        answer(store, found[place], approval, clock or SystemClock())


def go_on(runner: Runner, document: str, *others: str, **given: Any) -> RunResult:
    with Store(runner.home) as store:
        run = store.runs()[0].run
    return resume(plan_of(document, *others), run, runner.request(**given))


def waiting(runner: Runner) -> list[str]:
    with Store(runner.home) as store:
        return [each.place for each in questions(store, store.runs()[0].run)]


def test_a_run_that_waits_ends_in_peace_and_goes_on_with_the_answer(runner: Runner) -> None:
    result = runner.run(ONE)
    assert (result.state, result.error, dict(result.outputs), states(result)) == (
        "waiting",
        None,
        {},
        {"ask": "waiting"},
    )
    (question,) = result.questions
    assert (question.id, question.message, question.until) == ("ask", "ship 2?", None)
    assert result.tasks[0].outputs == {"message": "ship 2?", "until": None} and result.tasks[0].attempts == 1
    with Store(runner.home) as store:
        row = store.show(result.run)
        assert row.state == "waiting" and row.ended_at is None and row.result == result.as_json()
    assert runner.events[-1]["event"] == "run_waiting" and runner.events[-1]["approvals"][0]["task"] == "ask"
    say(runner)
    ended = go_on(runner, ONE)
    assert ended.state == "succeeded" and ended.run == result.run and ended.questions == ()
    assert ended.outputs == {"outcome": "approved", "approved": True, "by": "ann", "comment": "fine", "value": None}
    assert [(task.attempts, task.state) for task in ended.tasks] == [(1, "succeeded")]


def test_nothing_of_a_waiting_run_is_recorded_as_cancelled(runner: Runner) -> None:
    runner.run(flow("  - {id: ask, kind: approve, message: ok?}\n  - {id: after, kind: set, values: {x: 1}}\n"))
    assert not [event for event in runner.events if event["event"] == "task_ended"]


def test_a_waiting_run_goes_on_waiting_when_nobody_has_answered(runner: Runner) -> None:
    first = runner.run(ONE)
    assert go_on(runner, ONE).state == "waiting" and waiting(runner) == ["ask"]
    with Store(runner.home) as store:
        (question,) = questions(store, first.run)
        assert question.asked_at == first.questions[0].asked_at
    say(runner)
    assert waiting(runner) == []
    assert go_on(runner, ONE).state == "succeeded"


def test_a_refusal_is_an_answer(runner: Runner) -> None:
    runner.run(ONE)
    say(runner, Approval(False))
    assert go_on(runner, ONE).outputs == {
        "outcome": "rejected",
        "approved": False,
        "by": None,
        "comment": None,
        "value": None,
    }


def test_fields_are_held_to_their_schema(runner: Runner) -> None:
    runner.run(FORM)
    for value in (None, {}, {"size": "3"}, {"size": 2.5}, [3]):
        with pytest.raises(RunRefused, match="the fields do not fit"):
            say(runner, Approval(True, value=value))
    with pytest.raises(RunRefused, match="who refuses fills in no fields"):
        say(runner, Approval(False, value={"size": 3}))
    say(runner, Approval(True, value={"size": 3, "why": "so"}))
    assert go_on(runner, FORM).outputs["value"] == {"size": 3, "why": "so"}


def test_fields_that_nobody_asked_for_are_refused(runner: Runner) -> None:
    runner.run(ONE)
    with pytest.raises(RunRefused, match="no fields to fill in"):
        say(runner, Approval(True, value={"size": 3}))


def test_the_first_answer_stands(runner: Runner) -> None:
    runner.run(ONE)
    with Store(runner.home) as store:
        (question,) = questions(store, store.runs()[0].run)
        answer(store, question, Approval(False), SystemClock())
        with pytest.raises(RunRefused, match="`ask` has been answered already"):
            answer(store, question, YES, SystemClock())
    assert go_on(runner, ONE).outputs["outcome"] == "rejected"


# time


@pytest.mark.parametrize(("on_timeout", "approved"), [("approve", True), ("reject", False)])
def test_silence_means_what_the_workflow_says(runner: Runner, on_timeout: str, approved: bool) -> None:
    """Nobody watches: the moment is that of the question, whenever the run is looked at again."""
    document = timed(on_timeout)
    result = runner.run(document, clock=SettableClock(START))
    assert result.state == "waiting" and result.questions[0].until == "2026-03-01T10:00:00.000Z"
    early = SettableClock(START + timedelta(minutes=59))
    assert go_on(runner, document, clock=early).state == "waiting"
    with Store(runner.home) as store:
        assert questions(store, result.run)[0].until == "2026-03-01T10:00:00.000Z"
    late = SettableClock(START + timedelta(minutes=60))
    with pytest.raises(RunRefused, match="waited until 2026-03-01T10:00"):
        say(runner, clock=late)
    ended = go_on(runner, document, clock=late)
    assert (ended.outputs["outcome"], ended.outputs["approved"]) == ("timed_out", approved)


def test_silence_fails_the_task_unless_something_else_is_said(runner: Runner) -> None:
    document = flow("  - {id: ask, kind: approve, message: ok?, timeout: 1h}\n")
    runner.run(document, clock=SettableClock(START))
    ended = go_on(runner, document, clock=SettableClock(START + timedelta(hours=1)))
    assert ended.error is not None and (ended.error.type, ended.error.task) == ("timeout", "ask")


def test_an_answer_in_time_holds_though_the_run_goes_on_late(runner: Runner) -> None:
    document = timed("fail")
    runner.run(document, clock=SettableClock(START))
    say(runner, clock=SettableClock(START + timedelta(minutes=59)))
    assert go_on(runner, document, clock=SettableClock(START + timedelta(days=9))).outputs["outcome"] == "approved"


@pytest.mark.parametrize("given", [{}, {"ask": YES}, {"ask": Approval(False)}])
def test_a_run_without_a_person_is_given_its_answers(runner: Runner, given: dict[str, Approval]) -> None:
    clock = SettableClock(START)
    result = runner.run(timed("reject"), approvals=given, clock=clock)
    outcome = "timed_out" if not given else "approved" if given["ask"].approved else "rejected"
    assert result.outputs["outcome"] == outcome
    assert clock.now() == START + (timedelta() if given else timedelta(hours=1))


def test_an_answer_given_in_advance_is_held_to_the_form_too(runner: Runner) -> None:
    result = runner.run(FORM, approvals={"ask": Approval(True, value={"size": "x"})})
    assert result.error is not None and result.error.type == "returns"
    assert runner.run(FORM, approvals={"ask": Approval(True, value={"size": 1})}).outputs["value"] == {"size": 1}


def test_a_deadline_round_it_cuts_off_the_wait(runner: Runner) -> None:
    """Of a block and of the run, on the clock where there is no person."""
    inner = "      - {id: ask, kind: approve, message: ok?}\n"
    document = flow(
        f"  - id: block\n    kind: try\n    timeout: 1h\n    on_error: continue\n    tasks:\n{inner}"
        '  - {id: after, kind: set, values: {x: "{{ tasks.block.state }}"}}\n'
    )
    clock = SettableClock(START)
    result = runner.run(document, approvals={}, clock=clock)
    assert states(result) == {"ask": "cancelled", "block": "failed", "after": "succeeded"}
    assert clock.now() == START + timedelta(hours=1)
    whole = runner.run(ONE.replace("tasks:", "timeout: 2h\ntasks:"), approvals={}, clock=SettableClock(START))
    assert whole.error is not None and (whole.error.type, whole.error.task) == ("timeout", None)


# places


def test_siblings_go_on_while_one_waits(runner: Runner) -> None:
    document = flow(
        "  - {id: ask, kind: approve, message: ok?, needs: []}\n"
        "  - {id: nap, kind: wait, for: 20ms, needs: []}\n"
        '  - {id: sh, kind: shell, command: [sh, -c, "echo hi > out"], needs: [nap]}\n'
        "  - {id: last, kind: set, values: {x: 1}, needs: [sh]}\n"
        "  - {id: join, kind: set, values: {x: 2}, needs: [ask, last]}\n"
    )
    result = runner.run(document)
    assert result.state == "waiting"
    assert states(result) == {"nap": "succeeded", "sh": "succeeded", "last": "succeeded", "ask": "waiting"}
    (runner.workspace / "out").unlink()
    say(runner)
    ended = go_on(runner, document)
    assert ended.state == "succeeded" and set(states(ended)) == {"nap", "sh", "last", "ask", "join"}
    assert not (runner.workspace / "out").exists(), "what had ended was run again"


UNTIL_IT_GOES = """\
  - id: sh
    kind: shell
    command: [sh, -c, "until test -e go; do sleep 0.05; done"]
    timeout: 20s
    needs: []
"""


def test_an_answer_that_comes_while_others_go_on_is_taken_at_once(runner: Runner) -> None:
    """The sibling waits for a file that only what follows the approval writes."""
    document = flow(
        "  - {id: ask, kind: approve, message: ok?, needs: []}\n"
        "  - {id: go, kind: write_file, path: go, content: x, needs: [ask]}\n" + UNTIL_IT_GOES
    )

    def watch(event: Any) -> None:
        if event["event"] == "approval_asked":
            asyncio.get_running_loop().call_later(0.2, say, runner)

    assert runner.run(document, on_event=watch).state == "succeeded"


def test_a_time_that_passes_while_others_go_on_is_seen(runner: Runner) -> None:
    document = flow(
        "  - {id: ask, kind: approve, message: ok?, timeout: 200ms, on_timeout: approve, needs: []}\n"
        "  - {id: go, kind: write_file, path: go, content: x, needs: [ask]}\n" + UNTIL_IT_GOES
    )
    assert runner.run(document).state == "succeeded"


def test_two_in_a_row_and_two_side_by_side(runner: Runner) -> None:
    document = flow(
        "  - {id: one, kind: approve, message: one?}\n"
        "  - {id: two, kind: approve, message: two?}\n"
        "  - {id: three, kind: approve, message: three?, needs: [one]}\n"
    )
    assert [each.id for each in runner.run(document).questions] == ["one"]
    say(runner, place="one")
    assert sorted(each.id for each in go_on(runner, document).questions) == ["three", "two"]
    say(runner, place="three")
    assert [each.id for each in go_on(runner, document).questions] == ["two"]
    say(runner, place="two")
    assert go_on(runner, document).state == "succeeded"


@pytest.mark.parametrize("concurrency", [1, 2, 3])
def test_each_item_of_a_loop_is_asked_for_itself(runner: Runner, concurrency: int) -> None:
    document = flow(
        f"  - id: each\n    kind: foreach\n    items: [a, b, c]\n    as: one\n    concurrency: {concurrency}\n"
        "    tasks:\n"
        '      - {id: before, kind: set, values: {x: "{{ one }}"}}\n'
        '      - {id: ask, kind: approve, message: "{{ one }}?"}\n'
        '    collect: "{one: tasks.before.x, ok: tasks.ask.approved}"\n',
        "{all: tasks.each.value}",
    )
    result = runner.run(document)
    assert [each.place for each in result.questions] == [f"each[{number}].ask" for number in range(concurrency)]
    assert states(result)["each"] == "waiting"
    rounds = 0
    while result.state == "waiting":
        rounds += 1
        for each in result.questions:
            say(runner, Approval(each.message != "b?"), each.place)
        result = go_on(runner, document)
    assert result.outputs["all"] == [{"one": one, "ok": one != "b"} for one in "abc"]
    assert rounds == {1: 3, 2: 2, 3: 1}[concurrency]


def test_each_round_of_a_repeat_asks_anew(runner: Runner) -> None:
    document = flow(
        "  - id: poll\n    kind: repeat\n    attempts: 5\n    every: 1ms\n    until: tasks.ask.approved\n    tasks:\n"
        "      - {id: ask, kind: approve, message: ok?}\n",
        "{rounds: tasks.poll.iterations}",
    )
    assert [each.place for each in runner.run(document).questions] == ["poll[0].ask"]
    say(runner, Approval(False), "poll[0].ask")
    assert [each.place for each in go_on(runner, document).questions] == ["poll[1].ask"]
    say(runner, YES, "poll[1].ask")
    assert go_on(runner, document).outputs == {"rounds": 2}


@pytest.mark.parametrize(
    "block",
    [
        "  - id: block\n    kind: branch\n    cases:\n      - when: 1 == 1\n        tasks:\n          {}",
        "  - id: block\n    kind: try\n    tasks:\n      {}",
        "  - id: block\n    kind: try\n    tasks:\n      - {{id: bad, kind: fail, message: no}}\n    catch:\n      {}",
    ],
)
def test_a_person_is_asked_inside_of_every_block(runner: Runner, block: str) -> None:
    document = flow(block.format("- {id: ask, kind: approve, message: ok?}\n"))
    assert states(runner.run(document))["ask"] == "waiting"
    say(runner)
    ended = go_on(runner, document)
    assert ended.state == "succeeded" and states(ended)["ask"] == "succeeded"


@pytest.mark.parametrize("handler", ["on_failure", "finally"])
def test_a_person_is_asked_by_handlers(runner: Runner, handler: str) -> None:
    document = flow("  - {id: bad, kind: fail, message: no}\n") + (
        f"{handler}:\n  - {{id: ask, kind: approve, message: sure?}}\n"
        '  - {id: note, kind: write_file, path: note, content: "{{ tasks.ask.by }} {{ run.error.message }}"}\n'
    )
    assert runner.run(document).state == "waiting"
    say(runner)
    ended = go_on(runner, document)
    assert ended.error is not None and ended.error.message == "no"
    assert (runner.workspace / "note").read_text() == "ann no"


CALLEE = ONE.replace("name: asking", "name: callee")


@pytest.mark.parametrize("wait", [True, False])
def test_a_called_run_waits_and_goes_on_with_its_caller(runner: Runner, wait: bool) -> None:
    outputs = "{said: tasks.sub.value.outcome}" if wait else ""
    caller = flow(f"  - {{id: sub, kind: call, workflow: callee, wait: {str(wait).lower()}}}\n", outputs)
    result = runner.run(caller, CALLEE)
    assert result.state == ("waiting" if wait else "succeeded")
    (question,) = result.questions
    assert question.run.startswith(f"{result.run}.")
    with Store(runner.home) as store:
        assert store.show(question.run).state == "waiting"
    say(runner)
    ended = go_on(runner, caller, CALLEE)
    assert ended.state == "succeeded" and ended.outputs == ({"said": "approved"} if wait else {})
    with Store(runner.home) as store:
        (called,) = store.called_by(result.run)
        assert called.state == "succeeded"


def test_calls_that_wait_side_by_side_are_not_cancelled(runner: Runner) -> None:
    caller = flow(
        "  - id: each\n    kind: foreach\n    items: [1, 2, 3]\n    as: one\n    concurrency: 3\n    tasks:\n"
        "      - {id: sub, kind: call, workflow: callee}\n"
        "    collect: tasks.sub.value.approved\n",
        "{all: tasks.each.value}",
    )
    result = runner.run(caller, CALLEE)
    assert len(result.questions) == 3
    with Store(runner.home) as store:
        assert {row.state for row in store.called_by(result.run)} == {"waiting"}
        for each in result.questions:
            answer(store, each, YES, SystemClock())
    assert go_on(runner, caller, CALLEE).outputs == {"all": [True, True, True]}


def test_a_failure_beside_it_is_told_when_the_answer_has_come(runner: Runner) -> None:
    """What runs is let finish, and a question runs (language.md 6)."""
    document = flow(
        "  - {id: ask, kind: approve, message: ok?, needs: []}\n  - {id: bad, kind: fail, message: no, needs: []}\n"
        "  - {id: after, kind: set, values: {x: 1}, needs: [ask]}\n"
    )
    assert states(runner.run(document)) == {"bad": "failed", "ask": "waiting"}
    say(runner)
    ended = go_on(runner, document)
    assert ended.state == "failed" and states(ended) == {"bad": "failed", "ask": "succeeded", "after": "cancelled"}


def test_a_cancelled_run_no_longer_waits(runner: Runner) -> None:
    document = flow(
        "  - {id: ask, kind: approve, message: ok?, needs: []}\n  - {id: nap, kind: wait, for: 1h, needs: []}\n"
    )

    async def main() -> RunResult:
        cancellation = Cancellation()

        def watch(event: Any) -> None:
            if event["event"] == "approval_asked":
                asyncio.get_running_loop().call_later(0.05, cancellation.request)

        with Store(runner.home) as store:
            return await execute(plan_of(document), runner.request(on_event=watch), store, cancellation)

    result = asyncio.run(main())
    assert result.state == "cancelled" and states(result) == {"ask": "cancelled", "nap": "cancelled"}
    assert waiting(runner) == []


def test_no_secret_is_told_in_a_question(runner: Runner) -> None:
    document = flow(
        '  - {id: get, kind: http, url: "{{ inputs.api }}/who", auth: {type: bearer, token: "{{ secrets.TOKEN }}"}}\n'
        '  - {id: ask, kind: approve, message: "trust {{ tasks.get.body }}?"}\n',
        more="secrets: [TOKEN]\ninputs: {api: {type: string}}\n",
    )
    with World(
        [Route("GET", "/who", (Reply(body="canary-0123456789", headers={"Content-Type": "text/plain"}),))]
    ) as world:
        result = runner.run(document, secrets={"TOKEN": "canary-0123456789"}, inputs={"api": world.url})
    assert result.questions[0].message == "trust ***?"
    assert b"canary" not in b"".join(path.read_bytes() for path in runner.home.glob("runs.db*"))


# crashes

KILLED = flow(
    '  - {id: first, kind: http, method: POST, url: "{{ inputs.api }}/first"}\n'
    "  - id: each\n    kind: foreach\n    items: [1, 2]\n    as: one\n    concurrency: 2\n    tasks:\n"
    '      - {id: ask, kind: approve, message: "{{ one }}?"}\n'
    '      - {id: post, kind: http, method: POST, url: "{{ inputs.api }}/item", body: {by: "{{ tasks.ask.by }}"}}\n'
    "    collect: tasks.ask.by\n",
    "{who: tasks.each.value}",
    'inputs: {api: {type: string, default: "http://127.0.0.1:1"}}\n',
)
ROUTES = [Route("POST", "/first", (Reply(),)), Route("POST", "/item", (Reply(),))]


def _in_child(work: Callable[[], object]) -> bool:
    """Whether it was killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _answer_all(home: Path) -> None:
    with Store(home) as store:
        for each in questions(store, "run-1"):
            answer(store, each, Approval(True, f"ann {each.message}"), SystemClock())


def _ended(runner: Runner, world: World) -> None:
    """Go on to the end, unless it has come: all is there, and nothing was done twice but what was in flight."""
    with Store(runner.home) as store:
        assert questions(store, "run-1") == []
        has_ended = store.show("run-1").ended_at is not None
    if not has_ended:
        ended = resume(plan_of(KILLED), "run-1", runner.request(workspace=runner.folder))
        assert ended.outputs == {"who": ["ann 1?", "ann 2?"]}
    paths = [request.path for request in world.requests]
    assert paths.count("/first") <= 2 and 2 <= paths.count("/item") <= 4
    assert len({request.headers["idempotency-key"] for request in world.requests}) == 3


def test_a_run_killed_before_its_questions_asks_them_all_the_same(tmp_path: Path) -> None:
    """SIGKILL at every transition up to the end of the process in peace."""
    plan, kill_at = plan_of(KILLED), 2
    while True:
        runner = Runner(tmp_path / str(kill_at))
        runner.folder.mkdir()
        with World(ROUTES) as world:
            was_killed = _in_child(lambda at=kill_at, runner=runner, url=world.url: crash(plan, runner.folder, at, url))
            if was_killed:
                result = resume(plan, "run-1", runner.request(workspace=runner.folder))
                assert result.state == "waiting" and len(result.questions) == 2
            _answer_all(runner.home)
            _ended(runner, world)
        if not was_killed:
            break
        kill_at += 1
    assert kill_at > 4


def test_a_run_killed_after_its_answers_goes_on_with_them(tmp_path: Path) -> None:
    """SIGKILL at every transition of the process that goes on."""
    plan, kill_at = plan_of(KILLED), 1
    while True:
        runner = Runner(tmp_path / str(kill_at))
        runner.folder.mkdir()
        with World(ROUTES) as world:
            crash_free = runner.request(run_id="run-1", inputs={"api": world.url}, workspace=runner.folder)
            assert run(plan, crash_free).state == "waiting"
            _answer_all(runner.home)

            def go_on_and_die(at: int = kill_at, runner: Runner = runner) -> None:
                crash(plan, runner.folder, at, "", is_resumed=True)

            was_killed = _in_child(go_on_and_die)
            _ended(runner, world)
        if not was_killed:
            break
        kill_at += 1
    assert kill_at > 4
