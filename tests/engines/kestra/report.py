"""Reads a run out of the engine's answer: one list of task runs from its whole family of executions."""

from __future__ import annotations

from typing import Any

from engines.model import EngineRun, EngineTask, RunState, TaskState

RUN_STATES: dict[str, RunState] = {
    "SUCCESS": "succeeded",
    "FAILED": "failed",
    "CANCELLED": "cancelled",
    "KILLED": "cancelled",
}
"""WARNING is not here on purpose: an export that ends so does not mean what the workflow says."""

TASK_STATES: dict[str, TaskState] = {
    "SUCCESS": "succeeded",
    "FAILED": "failed",
    "SKIPPED": "skipped",
    "CANCELLED": "cancelled",
    "KILLED": "cancelled",
    "RUNNING": "running",
}


def read_run(answer: dict[str, Any]) -> EngineRun:
    """The run that an answer to "run" tells of."""
    if "refused" in answer:
        return EngineRun("failed", None, [], [], answer["refused"], {}, answer)
    executions: list[dict[str, Any]] = answer["executions"]
    paths = index_paths(executions)
    tasks: list[EngineTask] = []
    entries: list[dict[str, Any]] = []
    for execution in executions:
        entries += execution["logs"]
        errors = last_errors(execution["logs"])
        for task in execution["tasks"]:
            tasks.append(
                EngineTask(
                    name=task["id"],
                    index_path=paths[execution["id"]],
                    state=TASK_STATES.get(task["state"], "other"),
                    attempts=task["attempts"],
                    message=errors.get(task["run"]),
                    flow=execution["flow"],
                    engine_state=task["state"],
                    outputs=task["outputs"],
                )
            )
    entries.sort(key=lambda entry: str(entry["at"]))
    main = executions[0]
    state = RUN_STATES.get(main["state"], "other")
    first_errors = (entry["message"] for entry in entries if entry["level"] == "ERROR")
    return EngineRun(
        state=state,
        outputs=main["outputs"],
        tasks=tasks,
        logs=[f"{entry['level']} {entry['task'] or '-'}: {entry['message']}" for entry in entries],
        message=next(first_errors, None) if state == "failed" else None,
        stored=answer["stored"],
        raw=answer,
    )


def index_paths(executions: list[dict[str, Any]]) -> dict[str, tuple[int, ...]]:
    """The loops' indices round each execution. An iteration is an execution below its loop's, a called flow one below
    its caller's, so each adds to (or takes over) the path of the one it came from; parents come first in the list."""
    paths: dict[str, tuple[int, ...]] = {}
    for execution in executions:
        origin = execution["parent"] or (execution.get("trigger") or {}).get("variables", {}).get("executionId")
        path = paths.get(origin, ())
        if "loop" in execution:
            path += (execution["loop"]["index"],)
        paths[execution["id"]] = path
    return paths


def last_errors(logs: list[dict[str, Any]]) -> dict[str, str]:
    """The last error text of each task run that logged one."""
    return {
        entry["task_run"]: entry["message"]
        for entry in logs
        if entry["level"] == "ERROR" and entry["task_run"] is not None
    }
