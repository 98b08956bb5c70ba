"""What a crash leaves, and what a resumed run makes of it. The crashes are real: SIGKILL, in a child process."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from crashing import crash
from local_running import Runner, plan_of

from overture.plan.model import Plan
from overture.testing import Reply, Route, SettableClock, World
from overture_local import RunRefused, RunResult, Store, StoreError, execute, resume, run

DOCUMENT = """
overture: 1
name: crashing
inputs: {api: {type: string, default: "http://127.0.0.1:1"}}
state: {total: {type: integer, default: 0}}
tasks:
  - id: first
    kind: http
    url: "{{ inputs.api }}/first"
    returns: {type: object, required: [n], properties: {n: {type: integer}}}
  - {id: sum, kind: set, values: {n: "{{ tasks.first.body.n + 1 }}"}}
  - {id: keep, kind: remember, values: {total: "{{ state.total + tasks.sum.n }}"}}
  - id: each
    kind: foreach
    items: "[1, 2, 3]"
    as: item
    tasks:
      - {id: post, kind: http, method: POST, url: "{{ inputs.api }}/item", body: {item: "{{ item }}"}}
    collect: tasks.post.status + item
  - id: way
    kind: branch
    cases:
      - when: tasks.sum.n > 100
        tasks:
          - {id: never, kind: set, values: {x: 1}}
    else:
      - {id: other, kind: set, values: {x: 2}}
  - id: poll
    kind: repeat
    attempts: 5
    every: 1ms
    until: tasks.look.status == 200
    tasks:
      - {id: look, kind: http, url: "{{ inputs.api }}/look", accept: [200, 404]}
  - id: careful
    kind: try
    tasks:
      - {id: broken, kind: fail, message: "on purpose"}
    catch:
      - {id: mend, kind: http, method: POST, url: "{{ inputs.api }}/mend", body: {why: "{{ tasks.broken.state }}"}}
finally:
  - {id: bye, kind: http, method: POST, url: "{{ inputs.api }}/bye", body: {state: "{{ run.state }}"}}
outputs:
  n: tasks.sum.n
  statuses: tasks.each.value
  rounds: tasks.poll.iterations
  taken: tasks.way.taken
  total: state.total
  why: tasks.careful.error.message | default('none')
"""

ROUTES = [
    Route("GET", "/first", (Reply.of_json({"n": 41}),)),
    Route("POST", "/item", (Reply(status=201),)),
    Route("GET", "/look", (Reply(status=404), Reply(status=404), Reply(status=200))),
    Route("POST", "/mend", (Reply(status=200),)),
    Route("POST", "/bye", (Reply(status=200),)),
]
OUTPUTS = {"n": 42, "statuses": [202, 203, 204], "taken": "else", "total": 42, "why": "on purpose"}


def _crash(folder: Path, url: str, kill_at: int, plan: Plan | None = None) -> bool:
    """Run in a child process until it kills itself at that transition; False when the run ended before it."""
    plan = plan or plan_of(DOCUMENT)
    child = os.fork()
    if child == 0:
        try:
            crash(plan, folder, kill_at, url)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _completed(folder: Path) -> set[str]:
    with Store(folder / "home") as store:
        return {event.key for event in store.events("run-1") if event.kind == "task_ended" and event.data["attempts"]}


def _has_ended(folder: Path) -> bool:
    with Store(folder / "home") as store:
        return store.show("run-1").ended_at is not None


def _resume(folder: Path, world: World) -> RunResult:
    runner = Runner(folder)
    return resume(plan_of(DOCUMENT), "run-1", runner.request(inputs={}, home=folder / "home", workspace=folder))


@pytest.mark.parametrize("part", range(4))
def test_a_run_killed_at_any_transition_ends_as_if_it_had_not_been(tmp_path: Path, part: int) -> None:
    """0 completed tasks lost, 0 run again, the same outputs (the transitions are shared by four tests)."""
    kill_at = part + 2  # 1 is the run's own row: before it there is nothing to resume
    while True:
        folder = tmp_path / str(kill_at)
        folder.mkdir()
        with World(ROUTES) as world:
            if not _crash(folder, world.url, kill_at):
                break
            if _has_ended(folder):
                break
            completed = _completed(folder)
            before = len(world.requests)
            result = _resume(folder, world)
            assert result.state == "succeeded", result.error
            assert {**result.outputs, "rounds": None} == {**OUTPUTS, "rounds": None}
            with Store(folder / "home") as store:
                ended = Counter(event.key for event in store.events("run-1") if event.kind == "task_ended")
            assert not [key for key in completed if ended[key] > 1], f"run again after a kill at {kill_at}"
            keys = [
                request.headers["idempotency-key"] for request in world.requests if request.path in ("/item", "/mend")
            ]
            assert len(set(keys)) == 4, "a repetition has the key of what it repeats"
            assert before <= len(world.requests) <= 9 + 1, "at most the one task in flight was done twice"
        kill_at += 4
    assert kill_at > 12, "there were fewer transitions than tasks"


def test_a_run_is_known_as_interrupted_after_a_crash(tmp_path: Path) -> None:
    with World(ROUTES) as world:
        assert _crash(tmp_path, world.url, 4)
    with Store(tmp_path / "home") as store:
        assert [row.state for row in store.runs()] == ["interrupted"]


def test_a_run_that_has_ended_is_not_resumed(tmp_path: Path) -> None:
    with World(ROUTES) as world:
        assert not _crash(tmp_path, world.url, 1000)
        with pytest.raises(RunRefused, match="has ended"):
            _resume(tmp_path, world)


def test_another_plan_does_not_resume_a_run(tmp_path: Path) -> None:
    with World(ROUTES) as world:
        assert _crash(tmp_path, world.url, 4)
        other = plan_of(DOCUMENT.replace("+ 1", "+ 2"))
        with pytest.raises(RunRefused, match="was started with the plan"):
            resume(other, "run-1", Runner(tmp_path).request(home=tmp_path / "home"))


def test_two_processes_never_run_one_run(tmp_path: Path) -> None:
    with World(ROUTES) as world:
        assert _crash(tmp_path, world.url, 4)
        with Store(tmp_path / "home") as store:
            owned = store.own("run-1")
            with pytest.raises(StoreError, match="another process"):
                _resume(tmp_path, world)
            owned.release()
        assert _resume(tmp_path, world).state == "succeeded"


AT_MOST_ONCE = """
overture: 1
name: once
tasks:
  - {id: kill, kind: shell, command: [sh, -c, "echo x >> marks; kill -9 $PPID; sleep 5"], at_most_once: true}
  - {id: after, kind: set, values: {x: 1}}
"""


def test_what_is_marked_at_most_once_is_not_started_again(tmp_path: Path) -> None:
    assert _crash(tmp_path, "", 1000, plan_of(AT_MOST_ONCE))
    result = resume(
        plan_of(AT_MOST_ONCE), "run-1", Runner(tmp_path).request(home=tmp_path / "home", workspace=tmp_path)
    )
    assert result.state == "failed"
    assert result.error is not None
    assert (result.error.type, result.error.task) == ("error", "kill")
    assert (tmp_path / "marks").read_text() == "x\n"


NAP = """
overture: 1
name: napping
tasks:
  - {id: nap, kind: wait, for: 1h}
"""


def test_a_wait_goes_on_where_it_was(tmp_path: Path) -> None:
    start = datetime(2026, 3, 1, 9, tzinfo=UTC)
    runner, plan = Runner(tmp_path), plan_of(NAP)

    async def begin(store: Store) -> None:
        clock, started = SettableClock(start, moves_by_itself=False), asyncio.Event()
        request = runner.request(
            clock=clock, run_id="run-1", on_event=lambda event: started.set() if "until" in event else None
        )
        running = asyncio.create_task(execute(plan, request, store))
        await started.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    with Store(runner.home) as store:
        asyncio.run(begin(store))
    later = SettableClock(start + timedelta(minutes=40))
    result = resume(plan, "run-1", runner.request(clock=later))
    assert (result.state, later.now()) == ("succeeded", start + timedelta(hours=1))


CALLER = """
overture: 1
name: caller
inputs: {api: {type: string, default: "http://127.0.0.1:1"}}
tasks:
  - {id: waited, kind: call, workflow: callee, inputs: {api: "{{ inputs.api }}"}}
  - {id: left, kind: call, workflow: callee, inputs: {api: "{{ inputs.api }}"}, wait: false}
outputs: {n: tasks.waited.value.n}
"""
CALLEE = """
overture: 1
name: callee
inputs: {api: {type: string}}
tasks:
  - {id: one, kind: http, method: POST, url: "{{ inputs.api }}/item"}
  - {id: two, kind: http, method: POST, url: "{{ inputs.api }}/item"}
outputs: {n: tasks.two.status}
"""


def test_called_runs_go_on_after_a_crash_too(tmp_path: Path) -> None:
    """At every transition: of the caller, of the run it waits for, and of the one that it leaves alone."""
    plan, kill_at = plan_of(CALLER, CALLEE), 2
    while True:
        folder = tmp_path / str(kill_at)
        folder.mkdir()
        with World(ROUTES) as world:
            if not _crash(folder, world.url, kill_at, plan):
                break
            request = Runner(folder).request(home=folder / "home", workspace=folder)
            with contextlib.suppress(RunRefused):  # the last transition of all: it has ended
                result = resume(plan, "run-1", request)
                assert (result.state, dict(result.outputs)) == ("succeeded", {"n": 201})
            assert len({request.headers["idempotency-key"] for request in world.requests}) == 4
            with Store(folder / "home") as store:
                assert {row.state for row in store.runs(with_called=True)} == {"succeeded"}
        kill_at += 1
    assert kill_at > 8


@pytest.mark.parametrize("given", [(), ("other.example",)])
def test_what_was_allowed_at_the_start_holds_when_the_run_goes_on(tmp_path: Path, given: tuple[str, ...]) -> None:
    """`crash` allows 127.0.0.1, and its workspace is the folder; neither is said again."""
    with World(ROUTES) as world:
        assert _crash(tmp_path, world.url, 3)
        request = Runner(tmp_path).request(home=tmp_path / "home", allow_hosts=given, workspace=None)
        assert resume(plan_of(DOCUMENT), "run-1", request).state == "succeeded"
    with Store(tmp_path / "home") as store:
        assert store.show("run-1").request["terms"] == {
            "allow_hosts": ["127.0.0.1", *given],
            "policy": None,
            "workspace": str(tmp_path),
        }


def test_what_is_allowed_to_go_on_holds_for_the_next_time_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with World(ROUTES) as world:
        assert _crash(tmp_path, world.url, 2)
        _forget_terms(home)
        plan, runner = plan_of(DOCUMENT), Runner(tmp_path)
        stopped = runner.request(home=home, allow_hosts=("127.0.0.1",), on_event=_stop_at_first_task)
        with pytest.raises(_Stop):
            resume(plan, "run-1", stopped)
        assert resume(plan, "run-1", runner.request(home=home, allow_hosts=())).state == "succeeded"


class _Stop(Exception):
    """Ends a run as the end of its process would."""


def _stop_at_first_task(event: object) -> None:
    assert isinstance(event, dict)
    if event["event"] == "task_started":
        raise _Stop


def _forget_terms(home: Path) -> None:
    """As if the run had been started with nothing allowed, by an Overture that did not keep it."""
    with Store(home) as store:
        request = dict(store.show("run-1").request)
        del request["terms"]
        store.keep("run-1", request)


POLICY = {"hosts": ["127.0.0.1", "api.example.com"]}


def test_a_policy_holds_when_the_run_goes_on_unless_another_takes_its_place(tmp_path: Path) -> None:
    with World(ROUTES) as world:
        assert _crash(tmp_path, world.url, 2)
        runner, plan, home = Runner(tmp_path), plan_of(DOCUMENT), tmp_path / "home"
        with Store(home) as store:
            kept = dict(store.show("run-1").request)
            kept["terms"] = {**kept["terms"], "policy": {"hosts": ["api.example.com"]}}
            store.keep("run-1", kept)
        with pytest.raises(RunRefused, match="the policy does not allow the host"):
            resume(plan, "run-1", runner.request(home=home))
        with Store(home) as store:
            assert store.show("run-1").state == "interrupted"
        assert resume(plan, "run-1", runner.request(home=home, policy=POLICY)).state == "succeeded"


SECRET_HOST = """
overture: 1
name: hidden
secrets: [HOST]
tasks:
  - {id: get, kind: http, url: "http://{{ secrets.HOST }}/first"}
  - {id: nap, kind: wait, for: 1ms}
"""


def test_a_host_that_is_a_secret_is_not_kept_and_asked_for_again(tmp_path: Path) -> None:
    plan, runner = plan_of(SECRET_HOST), Runner(tmp_path)
    with World(ROUTES) as world:
        given = {"secrets": {"HOST": world.host}, "allow_hosts": (world.host,)}
        with pytest.raises(_Stop):
            run(plan, runner.request(**given, run_id="run-1", on_event=_stop_at_first_task))
        assert world.host.encode() not in b"".join(path.read_bytes() for path in runner.home.glob("runs.db*"))
        with pytest.raises(RunRefused, match="`--allow-host` said at the start holds a secret"):
            resume(plan, "run-1", runner.request(**{**given, "allow_hosts": ()}))
        assert resume(plan, "run-1", runner.request(**given)).state == "succeeded"


def test_a_run_that_lacks_its_secrets_stays_as_it_is(tmp_path: Path) -> None:
    plan, runner = plan_of(SECRET_HOST), Runner(tmp_path)
    with World(ROUTES) as world:
        given = {"secrets": {"HOST": world.host}, "allow_hosts": (world.host,)}
        with pytest.raises(_Stop):
            run(plan, runner.request(**given, run_id="run-1", on_event=_stop_at_first_task))
        with pytest.raises(RunRefused, match="secret `HOST` is not set"):
            resume(plan, "run-1", runner.request())
        assert resume(plan, "run-1", runner.request(**given)).state == "succeeded"


def test_a_called_run_is_resumed_with_its_caller(tmp_path: Path) -> None:
    with World(ROUTES) as world:
        assert _crash(tmp_path, world.url, 6, plan_of(CALLER, CALLEE))
        with Store(tmp_path / "home") as store:
            (called, *_) = store.called_by("run-1")
        with pytest.raises(RunRefused, match="was called by run `run-1`"):
            resume(plan_of(CALLEE), called.run, Runner(tmp_path).request(home=tmp_path / "home"))
