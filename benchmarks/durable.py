"""How many tasks the local executor runs in a second, each durable before the next, beside SQLite alone."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from measure import Row, alternating
from workflows import chain, fan

import overture
from overture.plan.model import Plan
from overture_local import RunRequest, run


def measure(folder: Path, runs: int, tasks: int) -> Iterator[Row]:
    """A chain and a fan of so many `set` tasks, and a loop that commits as many rows, each on the disk before the next
    (`synchronous=FULL`, WAL, as the store has it)."""
    timed = alternating(
        {
            "chain": _running(folder / "chain", chain(tasks), tasks),
            "fan": _running(folder / "fan", fan(tasks), tasks),
            "bare": lambda: _commit(folder / "bare", tasks),
        },
        runs,
    )
    against = f"SQLite, {tasks:,} commits of a row"
    for name, what in (("chain", "one after another"), ("fan", "side by side")):
        figure, bare = tasks / timed.median(name), tasks / timed.median("bare")
        ratio = timed.ratio("bare", name)
        yield Row("durable", f"{tasks:,} tasks {what}", figure, "tasks/s", against, bare, ratio, runs)


def _plan(document: str) -> Plan:
    verdict = overture.check(document)
    if verdict.checked is None:
        raise ValueError(f"the workflow is not sound: {verdict.diagnostics[0].message}")
    return overture.plan(verdict.checked)


def _running(folder: Path, document: str, tasks: int) -> Callable[[], object]:
    plan = _plan(document)

    def once() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        result = run(plan, RunRequest(home=folder / "home", workspace=folder))
        if result.state != "succeeded" or len(result.tasks) != tasks:
            raise ValueError(f"the run {result.state} with {len(result.tasks)} tasks")

    return once


def _commit(folder: Path, rows: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    connection = sqlite3.connect(folder / "rows.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, data TEXT NOT NULL)")
    for number in range(rows):
        data = json.dumps({"id": f"t{number}", "state": "succeeded", "outputs": {"x": number}})
        connection.execute("INSERT INTO rows VALUES (?, ?)", (number, data))
    connection.close()
