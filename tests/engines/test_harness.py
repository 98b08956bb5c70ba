"""The promises of the harness itself, on small flows written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engines.model import Approval, EngineBroken, EngineHung, ExportInvalid
from engines.process import parents

if TYPE_CHECKING:
    from engines.kestra.engine import KestraEngine
    from engines.prefect.engine import PrefectEngine

pytestmark = pytest.mark.engine


# Kestra

KESTRA_CHAIN = """
id: chain
namespace: overture
inputs: [{id: count, type: INT}]
tasks:
  - {id: say, type: io.kestra.plugin.core.log.Log, message: "counting to {{ inputs.count }}"}
  - {id: double, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.count * 2 }}"}
  - {id: never, type: io.kestra.plugin.core.debug.Return, format: x, runIf: "{{ false }}"}
outputs: [{id: doubled, type: INT, value: "{{ outputs.double.value }}"}]
"""


def test_a_kestra_chain_reports_its_state_outputs_tasks_and_logs(kestra: KestraEngine) -> None:
    run = kestra.run({"chain": KESTRA_CHAIN}, "chain", {"count": 21})
    assert run.state == "succeeded"
    assert run.outputs == {"doubled": 42}
    assert run.task_states == {"say": "succeeded", "double": "succeeded", "never": "skipped"}
    assert "INFO say: counting to 21" in run.logs
    assert run.task("double").outputs == {"value": "42"}


def test_a_refused_kestra_input_is_a_failed_run_without_tasks(kestra: KestraEngine) -> None:
    run = kestra.run({"chain": KESTRA_CHAIN}, "chain", {})
    assert (run.state, run.tasks) == ("failed", [])
    assert run.message is not None
    assert "count" in run.message


def test_a_flow_that_kestra_does_not_take_is_named(kestra: KestraEngine) -> None:
    with pytest.raises(ExportInvalid) as caught:
        kestra.run({"good": KESTRA_CHAIN, "bad": "id: bad\nnamespace: overture\ntasks: []\n"}, "good", {"count": 1})
    assert list(caught.value.problems) == ["bad"]


def test_a_failing_kestra_task_counts_its_attempts_and_keeps_its_error(kestra: KestraEngine) -> None:
    # The retried task stands first: behind another one, Kestra 2.0.0 starts a retried task twice
    # (https://github.com/kestra-io/kestra/issues/18909).
    run = kestra.run(
        {
            "f": """
id: failing
namespace: overture
tasks:
  - id: bad
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: no luck
    retry: {type: constant, interval: PT0.1S, maxAttempts: 3}
  - {id: later, type: io.kestra.plugin.core.debug.Return, format: x}
errors:
  - {id: alarm, type: io.kestra.plugin.core.debug.Return, format: x}
"""
        },
        "f",
    )
    assert (run.state, run.message) == ("failed", "no luck")
    bad = run.task("bad")
    assert (bad.state, bad.attempts, bad.message) == ("failed", 3, "no luck")
    assert run.task_states == {"bad": "failed", "alarm": "succeeded"}


KESTRA_LOOPS = """
id: loops
namespace: overture
tasks:
  - id: outer
    type: io.kestra.plugin.core.flow.Loop
    values: ["a", "b"]
    concurrencyLimit: 2
    tasks:
      - id: inner
        type: io.kestra.plugin.core.flow.Loop
        values: ["x", "y"]
        concurrencyLimit: 1
        tasks:
          - id: label
            type: io.kestra.plugin.core.debug.Return
            format: "{{ item.parent.value }}{{ item.value }}"
      - {id: called, type: io.kestra.plugin.core.flow.Subflow, namespace: overture, flowId: child, wait: true}
"""

KESTRA_CHILD = """
id: child
namespace: overture
tasks: [{id: leaf, type: io.kestra.plugin.core.debug.Return, format: leaf}]
"""


def test_kestra_loops_and_called_flows_are_listed_with_their_indices(kestra: KestraEngine) -> None:
    run = kestra.run({"loops": KESTRA_LOOPS, "child": KESTRA_CHILD}, "loops")
    labels = {task.index_path: task.outputs for task in run.tasks if task.name == "label"}
    assert labels == {
        (0, 0): {"value": "ax"},
        (0, 1): {"value": "ay"},
        (1, 0): {"value": "bx"},
        (1, 1): {"value": "by"},
    }
    assert run.task("leaf", 0).flow == run.task("leaf", 1).flow == "child"
    assert run.task("inner", 1).label == "inner[1]"


def test_a_kestra_shell_step_gives_its_outputs_and_its_exit_code(kestra: KestraEngine) -> None:
    flow = """
id: shell
namespace: overture
tasks:
  - id: good
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    inputFiles: {"in.txt": "from a file"}
    commands:
      - printf '::{"outputs":{"text":"%s"}}::' "$(cat in.txt)"
  - id: bad
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    commands: ["echo before", "exit 3"]
"""
    run = kestra.run({"shell": flow}, "shell")
    good, bad = run.task("good"), run.task("bad")
    assert good.outputs is not None
    assert (good.outputs["vars"], good.outputs["exitCode"]) == ({"text": "from a file"}, 0)
    assert bad.outputs is not None
    assert (bad.state, bad.outputs["exitCode"]) == ("failed", 3)
    assert "INFO bad: before" in run.logs


def test_secrets_and_envs_are_each_runs_own_in_one_kestra(kestra: KestraEngine) -> None:
    flow = """
id: reader
namespace: overture
tasks:
  - {id: read, type: io.kestra.plugin.core.debug.Return, format: "{{ secret('TOKEN') }} {{ envs.base_url ?? 'none' }}"}
  - id: shell
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    env: {TOKEN: "{{ secret('TOKEN') }}"}
    commands: ['echo "::{\\"outputs\\":{\\"token\\":\\"$TOKEN\\"}}::"']
"""
    kestra.start()
    starts = kestra.starts
    first = kestra.run({"f": flow}, "f", secrets={"TOKEN": "first-token"}, envs={"base_url": "http://one"})
    second = kestra.run({"f": flow}, "f", secrets={"TOKEN": "second-token"})
    without = kestra.run({"f": flow}, "f")
    assert kestra.starts == starts
    assert first.task("read").outputs == {"value": "first-token http://one"}
    assert second.task("read").outputs == {"value": "second-token none"}
    shell = second.task("shell").outputs
    assert shell is not None
    assert shell["vars"] == {"token": "second-token"}
    assert without.state == "failed"
    assert not [line for line in [*first.logs, *second.logs] if "-token" in line]


def test_kestra_key_values_are_each_worlds_own(kestra: KestraEngine) -> None:
    flow = """
id: counter
namespace: overture
tasks:
  - {id: read, type: io.kestra.plugin.core.debug.Return, format: "{{ kv('seen', errorOnMissing=false) ?? 0 }}"}
  - id: write
    type: io.kestra.plugin.core.kv.Set
    key: seen
    kvType: NUMBER
    value: "{{ outputs.read.value | number + 1 }}"
"""
    given = kestra.run({"f": flow}, "f", stored={"seen": 4}, world="counting")
    kept = kestra.run({"f": flow}, "f", world="counting")
    fresh = kestra.run({"f": flow}, "f")
    assert [run.stored for run in (given, kept, fresh)] == [{"seen": 5}, {"seen": 6}, {"seen": 1}]


def test_a_kestra_pause_is_answered_and_a_trigger_can_be_given(kestra: KestraEngine) -> None:
    flow = """
id: asking
namespace: overture
tasks:
  - id: ask
    type: io.kestra.plugin.core.flow.Pause
    onResume: [{id: approved, type: BOOL}]
  - id: told
    type: io.kestra.plugin.core.debug.Return
    format: "{{ outputs.ask.onResume.approved }} by {{ outputs.ask.resumed.by }} about {{ trigger.body.what }}"
"""
    run = kestra.run(
        {"f": flow},
        "f",
        approvals={"ask": Approval({"approved": True}, by="ann")},
        trigger={
            "id": "hook",
            "type": "io.kestra.plugin.core.trigger.Webhook",
            "variables": {"body": {"what": "it"}},
        },
    )
    assert run.task("told").outputs == {"value": "true by ann about it"}


def test_a_hung_kestra_run_is_killed_and_the_next_one_works(kestra: KestraEngine, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    flow = f"""
id: hanging
namespace: overture
tasks:
  - {{id: say, type: io.kestra.plugin.core.log.Log, message: about to hang}}
  - id: hang
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {{type: io.kestra.plugin.core.runner.Process}}
    commands: ["echo $$ > {mark}; exec tail -f /dev/null"]
"""
    with pytest.raises(EngineHung, match=r"hang RUNNING(.|\n)*about to hang"):
        kestra.run({"f": flow}, "f", timeout_seconds=5)
    assert int(mark.read_text()) not in parents()
    assert kestra.run({"chain": KESTRA_CHAIN}, "chain", {"count": 1}).state == "succeeded"


def test_a_kestra_that_dies_is_told_and_started_anew(kestra: KestraEngine) -> None:
    flow = """
id: killing
namespace: overture
tasks:
  - id: kill
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    commands: ["kill -9 $PPID"]
"""
    kestra.start()
    starts = kestra.starts
    with pytest.raises(EngineBroken, match="the engine's process ended with -9"):
        kestra.run({"f": flow}, "f")
    assert kestra.run({"chain": KESTRA_CHAIN}, "chain", {"count": 1}).state == "succeeded"
    assert kestra.starts == starts + 1


def test_kestra_renders_and_validates_without_a_run(kestra: KestraEngine) -> None:
    good, bad = kestra.render(["{{ user.name }} {{ 1 + 1 }}", "{{ nobody }}"], {"user": {"name": "ann"}})
    assert (good.text, good.error) == ("ann 2", None)
    assert bad.text is None
    assert bad.error is not None
    assert kestra.validate(KESTRA_CHAIN).constraints is None
    assert "Unrecognized field" in (kestra.validate(KESTRA_CHAIN + "bogus: 1\n").constraints or "")


# Prefect

PREFECT_CHAIN = """
from prefect import flow, get_run_logger, task
from prefect.states import Completed

from beside import doubled


@task(task_run_name="double")
async def double(count: int) -> int:
    get_run_logger().info("counting to %s", count)
    print("printed, and no answer is spoilt by it")
    return doubled(count)


@task
async def skipped():
    return Completed(name="Skipped", message="its condition is false")


@flow
async def chain(count: int) -> dict:
    value = await double(count)
    await skipped.with_options(task_run_name="never")()
    return {"doubled": value}
"""

PREFECT_FILES = {"chain.py": PREFECT_CHAIN, "beside.py": "def doubled(count):\n    return 2 * count\n"}


def test_a_prefect_chain_reports_its_state_outputs_tasks_and_logs(prefect: PrefectEngine) -> None:
    run = prefect.run(PREFECT_FILES, "chain.py:chain", {"count": 21})
    assert run.state == "succeeded"
    assert run.outputs == {"doubled": 42}
    assert run.task_states == {"double": "succeeded", "never": "skipped"}
    assert "INFO double: counting to 21" in run.logs


def test_a_refused_prefect_parameter_is_a_failed_run_without_tasks(prefect: PrefectEngine) -> None:
    missing = prefect.run(PREFECT_FILES, "chain.py:chain", {})
    mistyped = prefect.run(PREFECT_FILES, "chain.py:chain", {"count": "many"})
    assert (missing.state, missing.tasks, mistyped.state, mistyped.tasks) == ("failed", [], "failed", [])
    assert "count" in (missing.message or "")
    assert "count" in (mistyped.message or "")


def test_two_prefect_cases_may_bring_modules_of_one_name(prefect: PrefectEngine) -> None:
    tripled = {**PREFECT_FILES, "beside.py": "def doubled(count):\n    return 3 * count\n"}
    assert prefect.run(PREFECT_FILES, "chain.py:chain", {"count": 2}).outputs == {"doubled": 4}
    assert prefect.run(tripled, "chain.py:chain", {"count": 2}).outputs == {"doubled": 6}


def test_a_failing_prefect_task_counts_its_attempts_and_keeps_its_error(prefect: PrefectEngine) -> None:
    module = """
from prefect import flow, task


@task(task_run_name="bad", retries=2, retry_delay_seconds=0.1)
async def bad():
    raise ValueError("no luck")


@task(task_run_name="later")
async def later():
    pass


@task(task_run_name="alarm")
async def alarm(text):
    pass


@flow
async def failing():
    try:
        await bad()
        await later()
    except Exception as error:
        await alarm(str(error))
        raise
"""
    run = prefect.run({"m.py": module}, "m.py:failing")
    assert (run.state, run.message) == ("failed", "no luck")
    task = run.task("bad")
    assert (task.state, task.attempts) == ("failed", 3)
    assert "no luck" in (task.message or "")
    assert run.task_states == {"bad": "failed", "alarm": "succeeded"}


def test_prefect_loops_and_called_flows_are_listed_with_their_indices(prefect: PrefectEngine) -> None:
    module = """
from prefect import flow, task


@task(task_run_name="label[{outer},{inner}]")
async def label(outer, inner):
    pass


@task(task_run_name="leaf")
async def leaf():
    pass


@flow(name="child")
async def child():
    await leaf()


@flow(name="loops")
async def loops():
    for outer in range(2):
        for inner in range(2):
            await label(outer, inner)
    await child()
"""
    run = prefect.run({"m.py": module}, "m.py:loops")
    labels = {task.index_path for task in run.tasks if task.name == "label"}
    assert labels == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert run.task("leaf").flow == "child"


def test_every_task_run_of_a_prefect_flow_is_read_back(prefect: PrefectEngine) -> None:
    module = """
import asyncio

from prefect import flow, task


@task(task_run_name="each[{index}]")
async def each(index):
    pass


@flow
async def wide():
    await asyncio.gather(*(each(index) for index in range(205)))
"""
    run = prefect.run({"m.py": module}, "m.py:wide", timeout_seconds=120)
    assert run.task_states == {f"each[{index}]": "succeeded" for index in range(205)}


def test_environment_folder_and_variables_are_each_runs_own_in_one_prefect(
    prefect: PrefectEngine, tmp_path: Path
) -> None:
    module = """
import os

from prefect import flow
from prefect.variables import Variable


@flow
async def reader():
    seen = await Variable.aget("seen", default=0)
    await Variable.aset("seen", seen + 1, overwrite=True)
    return {"token": os.environ.get("TOKEN"), "folder": os.getcwd()}
"""
    prefect.start()
    starts = prefect.starts
    first = prefect.run({"m.py": module}, "m.py:reader", env={"TOKEN": "first"}, folder=tmp_path, stored={"seen": 4})
    second = prefect.run({"m.py": module}, "m.py:reader")
    assert prefect.starts == starts
    assert first.outputs == {"token": "first", "folder": str(tmp_path)}
    assert second.outputs is not None
    assert second.outputs["token"] is None
    assert second.outputs["folder"] != str(tmp_path)
    assert (first.stored, second.stored) == ({"seen": 5}, {"seen": 1})


def test_a_prefect_pause_is_answered(prefect: PrefectEngine) -> None:
    module = """
from prefect import flow, task
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput


class Answer(RunInput):
    approved: bool
    by: str = ""


@task(task_run_name="ask")
async def ask():
    return await pause_flow_run(wait_for_input=Answer, timeout=60, poll_interval=1)


@flow
async def asking():
    answer = await ask()
    return {"approved": answer.approved, "by": answer.by}
"""
    approvals = {"ask": Approval({"approved": True}, by="ann")}
    run = prefect.run({"m.py": module}, "m.py:asking", approvals=approvals)
    assert run.outputs == {"approved": True, "by": "ann"}


def test_a_hung_prefect_flow_is_killed_and_the_next_one_works(prefect: PrefectEngine, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    module = f"""
import subprocess

from prefect import flow, get_run_logger, task


@task(task_run_name="hang")
async def hang():
    get_run_logger().info("about to hang")
    child = subprocess.Popen(["tail", "-f", "/dev/null"], start_new_session=True)
    open({str(mark)!r}, "w").write(str(child.pid))
    child.wait()  # blocks the loop as well


@flow
async def hanging():
    await hang()
"""
    with pytest.raises(EngineHung, match=r"hang RUNNING(.|\n)*about to hang"):
        prefect.run({"m.py": module}, "m.py:hanging", timeout_seconds=3)
    assert int(mark.read_text()) not in parents()
    assert prefect.run(PREFECT_FILES, "chain.py:chain", {"count": 1}).state == "succeeded"


PREFECT_KILLER = """
import os

from prefect import flow, task


@task(task_run_name="last_words")
async def last_words():
    print("these are the last words", flush=True)


@flow
async def killing(process: int = 0):
    await last_words()
    os.kill(process or os.getpid(), 9)
    await last_words()
"""


def test_a_prefect_driver_that_dies_is_told_with_its_log_and_started_anew(prefect: PrefectEngine) -> None:
    with pytest.raises(EngineBroken, match=r"ended with -9(.|\n)*these are the last words"):
        prefect.run({"m.py": PREFECT_KILLER}, "m.py:killing")
    assert prefect.run(PREFECT_FILES, "chain.py:chain", {"count": 1}).state == "succeeded"


def test_a_prefect_server_that_dies_is_told_and_started_anew(prefect: PrefectEngine) -> None:
    prefect.start()
    server = prefect.server_process
    with pytest.raises((EngineHung, EngineBroken), match=r"these are the last words(.|\n)*server ended with -9"):
        prefect.run({"m.py": PREFECT_KILLER}, "m.py:killing", {"process": server}, timeout_seconds=5)
    assert prefect.run(PREFECT_FILES, "chain.py:chain", {"count": 1}).state == "succeeded"
    assert prefect.server_process != server


# What is looked through for secrets


def test_what_a_prefect_run_leaves_in_database_and_logs_is_read_back(prefect: PrefectEngine) -> None:
    module = """
from prefect import flow, task


@task(task_run_name="leak")
async def leak():
    print("printed-by-the-task", flush=True)
    raise ValueError("told-by-an-error")


@flow
async def leaking(given):
    await leak()
"""
    prefect.start()
    before = prefect.kept()
    prefect.run({"m.py": module}, "m.py:leaking", {"given": "taken-as-a-parameter"})
    left = prefect.kept() - before
    for text in ("printed-by-the-task", "told-by-an-error", "taken-as-a-parameter"):
        assert [each for each in left if text in each], text


def test_what_a_kestra_run_leaves_in_its_storage_is_read_back(kestra: KestraEngine) -> None:
    flow = """
id: writer
namespace: overture
tasks:
  - id: write
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    outputFiles: [kept.txt]
    commands: ["echo kept-by-a-task > kept.txt"]
"""
    run = kestra.run({"f": flow}, "f", world="keeping")
    assert run.state == "succeeded"
    assert [name for name, content in kestra.kept("keeping").items() if b"kept-by-a-task" in content]
    assert list(kestra.kept("another")) == ["engine.log"]
