"""How a run ends: handlers, timeouts, cancellation, outputs, and who is told what."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

from local_running import Runner, plan_of

from overture.testing import SettableClock
from overture_local import Cancellation, RunResult, Store, execute

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def _states(result: RunResult) -> dict[str, str]:
    return {task.at: task.state for task in result.tasks}


HANDLED = """
overture: 1
name: handled
inputs: {ok: {type: boolean}}
timeout: 1h
tasks:
  - {id: work, kind: assert, that: [inputs.ok], message: not ok}
on_failure:
  - {id: alarm, kind: log, message: "{{ run.state }} {{ run.error.task }} {{ run.error.type }} {{ run.error.message }}"}
finally:
  - {id: tidy, kind: log, message: "{{ run.state }} {{ run.error.message | default('fine') }}"}
outputs: {done: "1"}
"""


def test_on_failure_and_finally_know_the_error(runner: Runner) -> None:
    result = runner.run(HANDLED, inputs={"ok": False})
    assert result.state == "failed"
    assert result.outputs == {}
    assert runner.log() == ["failed work assert not ok", "failed not ok"]


def test_when_all_goes_well_only_finally_runs(runner: Runner) -> None:
    result = runner.run(HANDLED, inputs={"ok": True})
    assert result.outputs == {"done": 1}
    assert _states(result) == {"work": "succeeded", "alarm": "skipped", "tidy": "succeeded"}
    assert runner.log() == ["succeeded fine"]


def test_a_timeout_of_the_run_runs_both_handlers(runner: Runner) -> None:
    slow = HANDLED.replace("  - {id: work", "  - {id: nap, kind: wait, for: 2h}\n  - {id: work")
    result = runner.run(slow, inputs={"ok": True}, clock=SettableClock(START))
    assert _states(result) == {"nap": "cancelled", "work": "cancelled", "alarm": "succeeded", "tidy": "succeeded"}
    assert result.error is not None
    assert result.error.as_json() == {"type": "timeout", "message": "the run took longer than 3600 s", "task": None}
    assert result.seconds == 3600


def test_a_failing_handler_hides_nothing(runner: Runner) -> None:
    broken = HANDLED.replace("kind: log", "kind: fail")
    result = runner.run(broken, inputs={"ok": False})
    assert result.error is not None
    assert result.error.task == "work"
    assert _states(result) == {"work": "failed", "alarm": "failed", "tidy": "failed"}
    good = runner.run(broken, inputs={"ok": True})
    assert good.error is not None
    assert (good.state, good.error.task) == ("failed", "tidy")


def test_an_output_without_a_value_fails_the_run_without_on_failure(runner: Runner) -> None:
    wrong = HANDLED.replace('"1"', "run.id | int")
    result = runner.run(wrong, inputs={"ok": True})
    assert (result.state, result.outputs) == ("failed", {})
    assert result.error is not None
    assert (result.error.type, result.error.task) == ("expression", None)
    assert _states(result)["alarm"] == "skipped"


WAITING = """
overture: 1
name: waiting
tasks:
  - {id: before, kind: set, values: {x: 1}}
  - {id: nap, kind: shell, command: [sleep, "60"]}
on_failure:
  - {id: alarm, kind: log, message: alarm}
finally:
  - {id: tidy, kind: log, message: "{{ run.state }} {{ run.error is none }}"}
"""


def test_another_process_can_cancel_a_run(runner: Runner) -> None:
    started = threading.Event()

    def cancel() -> None:
        started.wait(timeout=60)
        with Store(runner.home) as store:
            store.request_cancel(store.runs()[0].run)

    def watch(event: object) -> None:
        assert isinstance(event, dict)
        runner.events.append(event)
        if event.get("at") == "nap":
            started.set()

    other = threading.Thread(target=cancel)
    other.start()
    result = runner.run(WAITING, on_event=watch)
    other.join()
    assert result.state == "cancelled"
    assert result.error is None
    assert result.seconds < 30
    assert _states(result) == {"before": "succeeded", "nap": "cancelled", "alarm": "skipped", "tidy": "succeeded"}
    assert runner.log() == ["cancelled true"]


def test_a_host_that_stops_leaves_the_run_to_be_resumed(runner: Runner) -> None:
    """Not the run is cancelled, its process is: what was done stays, `finally` does not run."""
    plan = plan_of(WAITING)

    async def main(store: Store) -> None:
        started = asyncio.Event()
        request = runner.request(
            on_event=lambda event: started.set() if event.get("at") == "nap" else None, run_id="run-1"
        )
        running = asyncio.create_task(execute(plan, request, store))
        await started.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert running.cancelled()

    with Store(runner.home) as store:
        asyncio.run(main(store))
    with Store(runner.home) as store:
        assert store.show("run-1").state == "interrupted"
        ended = {event.data["id"]: event.data["state"] for event in store.events("run-1") if event.kind == "task_ended"}
        assert ended == {"before": "succeeded", "nap": "cancelled"}


def test_a_second_wish_cuts_off_finally_too(runner: Runner) -> None:
    stubborn = plan_of(
        WAITING.replace('kind: log, message: "{{ run.state }} {{ run.error is none }}"', "kind: wait, for: 1h")
    )

    async def main(store: Store) -> RunResult:
        cancellation = Cancellation()

        def watch(event: object) -> None:
            assert isinstance(event, dict)
            if event["event"] == "task_started" and event["at"] in ("nap", "tidy"):
                asyncio.get_running_loop().call_later(0.1, cancellation.request)

        return await execute(stubborn, runner.request(on_event=watch), store, cancellation)

    with Store(runner.home) as store:
        result = asyncio.run(main(store))
    assert result.state == "cancelled"
    assert _states(result)["tidy"] == "cancelled"
