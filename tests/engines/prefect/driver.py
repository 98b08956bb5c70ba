"""Runs flows of generated modules, one request at a time; lives in Prefect's environment and imports nothing of ours.

Reads one JSON request a line from standard input and writes one JSON answer a line to standard output:
    {"file", "function", "inputs", "env", "folder", "stored", "approvals", "scheduled_for", "timeout_seconds"}
    {"state", "result", "task_runs", "logs", "stored"} or {"hung", "task_runs", "logs"} or {"error"}
The first line it writes is {"ready": true}.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import json
import logging
import os
import re
import sqlite3
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from unittest.mock import patch
from uuid import UUID

import prefect.task_engine
from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterParentFlowRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType, TaskRun
from prefect.client.schemas.responses import SetStateStatus
from prefect.flow_engine import run_flow_async
from prefect.states import Scheduled
from prefect.variables import Variable

POLL_SECONDS = 0.1
RECORDED_WITHIN_SECONDS = 120.0
"""The server records task runs from events, behind the flow's end; usually within half a second,
but it writes some 20 a second at most on a busy machine."""
PAGE = 200
ANNOUNCEMENT = "emit_task_run_state_change_event"
"""What the task engine calls at each change of a task run's state."""
RUN_LOGGERS = ("prefect.flow_runs", "prefect.task_runs")


def told_name(name: str) -> str:
    """The name of a task run without what Prefect adds to that of a task that gives its runs none: `label-3f2`."""
    return re.sub(r"-[0-9a-f]{3}$", "", name)


class Observer(logging.Handler):
    """What this process sees of a run: each task run's last state, and the log.

    The server answers with what it has recorded so far and cannot say whether that is all; the states that the task
    engine announces here are the list to wait for.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.names: dict[UUID, str] = {}
        self.flow_runs: dict[UUID, UUID | None] = {}
        self.states: dict[UUID, StateType] = {}
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        where = told_name(getattr(record, "task_run_name", None) or "-")
        self.lines.append(f"{record.levelname} {where}: {record.getMessage()}")

    def running(self, flow_run: UUID) -> set[str]:
        """The task runs of a flow run that have not ended."""
        going = [run for run, state in self.states.items() if state is StateType.RUNNING]
        return {self.names[run] for run in going if self.flow_runs[run] == flow_run}

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        announce: Any = getattr(prefect.task_engine, ANNOUNCEMENT)

        def note_and_announce(*, task_run: TaskRun, validated_state: State[Any], **others: Any) -> Any:
            self.names[task_run.id] = told_name(task_run.name)
            self.flow_runs[task_run.id] = task_run.flow_run_id
            self.states[task_run.id] = validated_state.type
            return announce(task_run=task_run, validated_state=validated_state, **others)

        loggers = [logging.getLogger(name) for name in RUN_LOGGERS]
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
            logger.addHandler(self)
            logger.propagate = False  # standard error is for what is no run's log
        try:
            with patch.object(prefect.task_engine, ANNOUNCEMENT, note_and_announce):
                yield
        finally:
            for logger in loggers:
                logger.removeHandler(self)


class Answers:
    """Standard output, kept for answers: what flows print goes to standard error."""

    def __init__(self) -> None:
        self._sink = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def give(self, answer: dict[str, Any]) -> None:
        with self._lock:
            self._sink.write(json.dumps(answer, default=repr) + "\n")
            self._sink.flush()


@contextlib.contextmanager
def surroundings(env: dict[str, str], folder: str, module_folder: Path) -> Iterator[None]:
    """The variables, the working folder and the import path of a case, and afterwards those of before."""
    variables, cwd, path = dict(os.environ), Path.cwd(), list(sys.path)
    os.environ.update(env)
    os.chdir(folder)
    sys.path.insert(0, str(module_folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(variables)
        os.chdir(cwd)
        sys.path[:] = path
        for name, module in list(sys.modules.items()):
            if Path(getattr(module, "__file__", None) or "/").is_relative_to(module_folder):
                del sys.modules[name]


def load(file: Path, number: int) -> ModuleType:
    """The module of a file, under a name that neither a library nor another case has."""
    spec = importlib.util.spec_from_file_location(f"exported_{number}", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"`{file}` is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


async def run(request: dict[str, Any], number: int, seen: Observer) -> dict[str, Any]:
    async with get_client() as client:
        await replace_variables(client, request["stored"])
        module = load(Path(request["file"]), number)
        flow = getattr(module, request["function"])
        async with answering(client, request["approvals"], seen):
            try:
                if request["scheduled_for"] is None:
                    state = await call(flow, request["inputs"])
                else:
                    state = await call_scheduled(client, flow, request["inputs"], request["scheduled_for"])
            except Exception as error:  # refused before a run exists, as a missing parameter is
                return {"refused": f"{type(error).__name__}: {error}", "stored": await read_variables(client)}
        result = await state.aresult(raise_on_failure=False)
        failed = isinstance(result, BaseException)
        assert state.state_details.flow_run_id is not None
        flow_runs = await family(client, state.state_details.flow_run_id)
        return {
            "state": {"type": state.type.value, "name": state.name, "message": state.message},
            "result": None if failed else result,
            "error_text": str(result) if failed else None,
            "task_runs": await task_runs(client, flow_runs, seen),
            "flow_runs": {str(id): {"flow": name, "state": kind} for id, (name, kind) in flow_runs.items()},
            "stored": await read_variables(client),
            "logs": seen.lines,
        }


async def call(flow: Any, inputs: dict[str, Any]) -> State[Any]:
    is_async: bool = flow.isasync
    called = flow(**inputs, return_state=True) if is_async else asyncio.to_thread(flow, **inputs, return_state=True)
    state: State[Any] = await called
    return state


async def call_scheduled(client: PrefectClient, flow: Any, inputs: dict[str, Any], moment: str) -> State[Any]:
    """Run a flow as a worker runs what the server has scheduled."""
    scheduled = Scheduled(scheduled_time=datetime.fromisoformat(moment))
    created = await client.create_flow_run(flow, parameters=inputs, state=scheduled)
    # only the server's own scheduler says so of a run; the API has no word for it
    database = os.environ["PREFECT_API_DATABASE_CONNECTION_URL"].partition("///")[2]
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as rows, rows:
        changed = rows.execute("UPDATE flow_run SET auto_scheduled = 1 WHERE id = ?", (str(created.id),))
        assert changed.rowcount == 1
    state: Any = await run_flow_async(flow, flow_run=created, parameters=inputs, return_type="state")
    return cast("State[Any]", state)


@contextlib.asynccontextmanager
async def answering(client: PrefectClient, approvals: dict[str, Any], seen: Observer) -> AsyncIterator[None]:
    """While a flow runs, answer each pause that `approvals` names by its task, once."""
    if not approvals:
        yield
        return
    paused_before = {run.id for run in await paused_runs(client)}

    async def answer_pauses() -> None:
        answered: set[UUID] = set()
        while True:
            await asyncio.sleep(POLL_SECONDS)
            for run in await paused_runs(client):
                # a run of its own that asks has the name of its task run
                names = {name.partition("[")[0] for name in (*seen.running(run.id), told_name(run.name))}
                waiting = sorted(names & approvals.keys())
                if run.id in paused_before or run.state_id in answered or not waiting:
                    continue
                approval = approvals[waiting[0]]
                by = {} if approval["by"] is None else {"by": approval["by"]}
                told = await client.resume_flow_run(run.id, run_input={**approval["inputs"], **by})
                if told.status is SetStateStatus.ACCEPT and run.state_id is not None:
                    answered.add(run.state_id)
                elif told.status is SetStateStatus.REJECT:  # no form yet, or it does not fit
                    seen.lines.append(f"ERROR -: {waiting[0]} takes no such answer: {told.details}")

    task = asyncio.create_task(answer_pauses())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def paused_runs(client: PrefectClient) -> list[FlowRun]:
    paused = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED]))
    return await client.read_flow_runs(flow_run_filter=FlowRunFilter(state=paused))


async def family(client: PrefectClient, root: UUID) -> dict[UUID, tuple[str, str]]:
    """The flow run and the runs of the flows it called, with their flow's name and state, parents first."""
    found: dict[UUID, tuple[str, str]] = {}
    level = await client.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[root])))
    while level:
        for flow_run in level:
            flow = await client.read_flow(flow_run.flow_id)
            found[flow_run.id] = (flow.name, flow_run.state.type.value if flow_run.state else "NONE")
        parents = FlowRunFilterParentFlowRunId(any_=[flow_run.id for flow_run in level])
        level = await client.read_flow_runs(flow_run_filter=FlowRunFilter(parent_flow_run_id=parents))
    return found


async def task_runs(
    client: PrefectClient, flow_runs: dict[UUID, tuple[str, str]], seen: Observer
) -> list[dict[str, Any]]:
    """The server's task runs, once it has recorded the last state that this process announced for each."""
    among = FlowRunFilter(id=FlowRunFilterId(any_=list(flow_runs)))
    deadline = asyncio.get_running_loop().time() + RECORDED_WITHIN_SECONDS
    pause = POLL_SECONDS
    while True:
        rows: list[TaskRun] = []
        while len(page := await client.read_task_runs(flow_run_filter=among, limit=PAGE, offset=len(rows))) == PAGE:
            rows += page
        rows += page
        recorded = {row.id: row.state.type for row in rows if row.state}
        if all(recorded.get(id) is state for id, state in seen.states.items()):
            break
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"the server recorded {recorded} of {seen.states} within {RECORDED_WITHIN_SECONDS} s")
        await asyncio.sleep(pause)
        pause = min(2 * pause, 1.0)  # asking takes from the server what it needs to record
    rows.sort(key=lambda row: (row.expected_start_time is None, row.expected_start_time))
    return [
        {
            "id": str(row.id),
            "name": told_name(row.name),
            "flow": flow_runs[row.flow_run_id][0] if row.flow_run_id in flow_runs else "",
            "type": row.state.type.value if row.state else "NONE",
            "state": row.state.name if row.state else "NONE",
            "run_count": row.run_count,
            "message": row.state.message if row.state else None,
        }
        for row in rows
    ]


async def replace_variables(client: PrefectClient, wanted: dict[str, Any]) -> None:
    """Prefect has one set of variables for all flows; a case starts with its own."""
    for variable in await client.read_variables():
        await client.delete_variable_by_name(variable.name)
    for name, value in wanted.items():
        await Variable.aset(name, value)


async def read_variables(client: PrefectClient) -> dict[str, Any]:
    return {variable.name: variable.value for variable in await client.read_variables()}


def answer(request: dict[str, Any], number: int, answers: Answers) -> None:
    seen = Observer()

    def tell_hung() -> None:
        # From a thread, because a flow that blocks the loop would keep the loop from telling.
        tasks = [{"name": seen.names[run], "type": state.value} for run, state in list(seen.states.items())]
        answers.give({"hung": True, "task_runs": tasks, "logs": seen.lines})

    watchdog = threading.Timer(request["timeout_seconds"], tell_hung)
    watchdog.daemon = True
    watchdog.start()
    try:
        file = Path(request["file"])
        with surroundings(request["env"], request["folder"], file.parent), seen.watching():
            outcome = asyncio.run(run(request, number, seen))
    except BaseException:
        outcome = {"error": traceback.format_exc(limit=-12)}
    watchdog.cancel()
    watchdog.join()  # either it has told, and the caller ends this process, or it will not
    answers.give(outcome)


def main() -> None:
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)  # a step's program must not read the next request
    answers = Answers()
    answers.give({"ready": True})
    for number, line in enumerate(requests):
        answer(json.loads(line), number, answers)


if __name__ == "__main__":
    main()
