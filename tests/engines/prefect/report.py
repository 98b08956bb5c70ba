"""Reads a run out of the driver's answer."""

from __future__ import annotations

import re
from typing import Any

from engines.model import EngineRun, EngineTask, RunState, TaskState

RUN_STATES: dict[str, RunState] = {"COMPLETED": "succeeded", "FAILED": "failed", "CANCELLED": "cancelled"}
"""CRASHED is not here on purpose: Prefect says so of what was interrupted, and an export must not end so."""

TASK_STATES: dict[str, TaskState] = {
    "COMPLETED": "succeeded",
    "FAILED": "failed",
    "CANCELLED": "cancelled",
    "CRASHED": "cancelled",
    "RUNNING": "running",
}
"""CRASHED is Prefect's word for what a timeout round it interrupts: a listed difference of its support table."""

SKIPPED = "Skipped"
"""The name of the completed state that an export gives to a task whose condition is false."""

INDEXED_NAME = re.compile(r"(?P<name>[^\[]+)(?P<indices>(\[\d+(,\s*\d+)*\])+)")
"""How an export names a task run in loops: `label[3]`, `label[0,2]`, `label[0][2]`."""


def read_run(answer: dict[str, Any]) -> EngineRun:
    """The run that an answer tells of."""
    if "refused" in answer:
        return EngineRun("failed", None, [], [], answer["refused"], answer["stored"], answer)
    state = RUN_STATES.get(answer["state"]["type"], "other")
    result = answer["result"]
    return EngineRun(
        state=state,
        outputs=result if isinstance(result, dict) else None,
        tasks=[read_task(row) for row in answer["task_runs"]],
        logs=answer["logs"],
        message=None if state == "succeeded" else answer["error_text"] or answer["state"]["message"],
        stored=answer["stored"],
        raw=answer,
    )


def read_task(row: dict[str, Any]) -> EngineTask:
    """One task run. Prefect keeps no outputs of a task."""
    match = INDEXED_NAME.fullmatch(row["name"])
    name = match["name"] if match else row["name"]
    indices = tuple(int(text) for text in re.findall(r"\d+", match["indices"])) if match else ()
    is_skipped = row["type"] == "COMPLETED" and row["state"] == SKIPPED
    state = "skipped" if is_skipped else TASK_STATES.get(row["type"], "other")
    return EngineTask(
        name=name,
        index_path=indices,
        state=state,
        attempts=row["run_count"],
        message=row["message"] if state != "succeeded" else None,
        flow=row["flow"],
        engine_state=f"{row['type']} {row['state']}",
    )
