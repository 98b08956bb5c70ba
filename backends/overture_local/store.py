"""The store: every run as a list of events in one SQLite file, appended as things happen and never changed.

`<home>/runs.db` in WAL with `synchronous=FULL`: what `append` has awaited outlives a crash of the process or the
machine. A run's row keeps what `resume` needs besides the plan: inputs, trigger, what was allowed, digest, and the
workflow's own texts, from which the caller makes the plan again.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from overture.expressions.types import Json
from overture_local import ownership
from overture_local.clock import timestamp
from overture_local.ownership import Ownership
from overture_local.writer import Statement, Writer

RunState = Literal["running", "interrupted", "waiting", "succeeded", "failed", "cancelled"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run TEXT PRIMARY KEY,
    workflow TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    request TEXT NOT NULL,
    sources TEXT NOT NULL,
    result TEXT,
    parent TEXT,
    is_cancel_wanted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS runs_by_workflow ON runs (workflow, started_at);
CREATE INDEX IF NOT EXISTS runs_by_parent ON runs (parent) WHERE parent IS NOT NULL;
CREATE TABLE IF NOT EXISTS events (
    run TEXT NOT NULL,
    number INTEGER NOT NULL,
    time TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    run TEXT NOT NULL,
    key TEXT NOT NULL,
    time TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (run, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (
    workflow TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (workflow, name)
) WITHOUT ROWID;
"""

_INSERT_EVENT = "INSERT INTO events (run, number, time, kind, key, data) VALUES (?, ?, ?, ?, ?, ?)"
_INSERT_RUN = """INSERT INTO runs (run, workflow, digest, state, started_at, request, sources, parent)
VALUES (?, ?, ?, 'running', ?, ?, ?, ?)"""
_SELECT_RUNS = "SELECT run, workflow, digest, state, started_at, ended_at, request, sources, result, parent FROM runs"


class StoreError(Exception):
    """The store cannot do what it is asked: no such run, a run that somebody else has, a file that is no store."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class RunHeld(StoreError):
    """A run that another living process owns."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a run. `key` names the instance of a task (see frames.py), "" the run itself."""

    time: str
    kind: str
    key: str = ""
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as it stands in the store. `request` is what it was started with (see `Beginning`), `sources` the texts of
    the workflow by their path, the run's own first; `result` the JSON of cli.md once it ended, or as it stood when it
    began to wait. `state` is `waiting` when nobody runs it until a person has answered, `interrupted` when nobody does
    for another reason though it has not ended."""

    run: str
    workflow: str
    digest: str
    state: RunState
    started_at: str
    ended_at: str | None
    request: Mapping[str, Json]
    sources: Mapping[str, str]
    result: Mapping[str, Json] | None
    parent: str | None


class Store:
    """The runs under one home folder. Safe to use from several threads and processes."""

    def __init__(self, home: Path, *, on_commit: Callable[[], None] | None = None) -> None:
        self.home = home = home.resolve()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)  # what runs read and write may be private
        self._path = home / "runs.db"
        self._reading = threading.Lock()
        try:
            self._reader = self._connect()
            self._reader.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"`{self._path}` cannot be used as a store: {error}") from None
        self._writer = Writer(self._connect, on_commit)
        self._numbers: dict[str, int] = {}

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=60, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    def close(self) -> None:
        self._writer.close()
        with self._reading:
            self._reader.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # what a run writes

    def own(self, run: str) -> Ownership:
        """Become the owner of the run. Raises RunHeld when a living process is."""
        owned = ownership.take(self._lock_path(run))
        if owned is None:
            raise RunHeld(f"run `{run}` is being run by another process")
        return owned

    def create(
        self,
        run: str,
        *,
        workflow: str,
        digest: str,
        started_at: str,
        request: Mapping[str, Json],
        sources: Mapping[str, str],
        parent: str | None = None,
    ) -> None:
        """Record the start of a run; when this returns it is on the disk."""
        values = (run, workflow, digest, started_at, _dump(request), _dump(sources), parent)
        self._writer.write([(_INSERT_RUN, values)]).result()

    def keep(self, run: str, request: Mapping[str, Json]) -> None:
        """Record what a run goes on with."""
        self._writer.write([("UPDATE runs SET request = ? WHERE run = ?", (_dump(request), run))]).result()

    def discard(self, run: str) -> None:
        """Forget a run that was not to start after all."""
        self._writer.write([("DELETE FROM runs WHERE run = ?", (run,))]).result()

    def append(
        self, run: str, events: Iterable[Event], *, remembered: Mapping[str, Json] | None = None, workflow: str = ""
    ) -> asyncio.Future[None]:
        """Append events; the future is done when they are on the disk. `remembered` is written to the workflow's
        state in the same transaction."""
        statements = self._statements(run, events)
        for name, value in (remembered or {}).items():
            statements.append(("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", (workflow, name, _dump(value))))
        return self._writer.write_from_loop(statements)

    def append_later(self, run: str, events: Iterable[Event]) -> None:
        """Append events that nobody waits for; they keep their place in the order."""
        self._writer.write_later(self._statements(run, events))

    def finish(self, run: str, state: str, ended_at: str, result: Mapping[str, Json]) -> asyncio.Future[None]:
        """Record the end of a run."""
        sql = "UPDATE runs SET state = ?, ended_at = ?, result = ? WHERE run = ?"
        return self._writer.write_from_loop([(sql, (state, ended_at, _dump(result), run))])

    def suspend(self, run: str, result: Mapping[str, Json]) -> asyncio.Future[None]:
        """Record that a run waits for people, and how far it came."""
        sql = "UPDATE runs SET state = 'waiting', result = ? WHERE run = ?"
        return self._writer.write_from_loop([(sql, (_dump(result), run))])

    def reopen(self, run: str) -> None:
        """Record that a run that waited goes on."""
        sql = "UPDATE runs SET state = 'running', result = NULL WHERE run = ? AND state = 'waiting'"
        self._writer.write([(sql, (run,))]).result()

    def answer(self, run: str, key: str, time: str, data: Mapping[str, Json]) -> bool:
        """Record what a person answered; False when there is an answer already. Anybody may, not the run's owner only,
        so it is no event of the run. When this returns it is on the disk."""
        with self._reading:
            done = self._reader.execute(
                "INSERT OR IGNORE INTO answers (run, key, time, data) VALUES (?, ?, ?, ?)",
                (run, key, time, _dump(data)),
            )
            return done.rowcount == 1

    def set_state(self, workflow: str, values: Mapping[str, Json]) -> None:
        """Overwrite variables of a workflow's state."""
        self._writer.write(
            [
                ("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", (workflow, name, _dump(value)))
                for name, value in values.items()
            ]
        ).result()

    def request_cancel(self, run: str) -> None:
        """Ask the owner of a run to cancel it. Raises StoreError for an unknown run or one that has ended."""
        row = self.show(run)
        if row.state != "running":
            raise StoreError(f"run `{run}` is not running, it is {row.state}")
        self._writer.write([("UPDATE runs SET is_cancel_wanted = 1 WHERE run = ?", (run,))]).result()

    # what anybody reads

    def show(self, run: str) -> RunRow:
        """Raises StoreError for an unknown run."""
        rows = self._query(f"{_SELECT_RUNS} WHERE run = ?", run)
        if not rows:
            raise StoreError(f"there is no run `{run}` in `{self.home}`")
        return self._row(rows[0])

    def runs(self, workflow: str | None = None, *, limit: int = 100, with_called: bool = False) -> list[RunRow]:
        """The latest runs, newest first; those that a `call` started only when asked for."""
        where = ["parent IS NULL"] if not with_called else []
        values: list[Json] = []
        if workflow is not None:
            where.append("workflow = ?")
            values.append(workflow)
        condition = f" WHERE {' AND '.join(where)}" if where else ""
        rows = self._query(f"{_SELECT_RUNS}{condition} ORDER BY started_at DESC, run DESC LIMIT ?", *values, limit)
        return [self._row(row) for row in rows]

    def matching(self, start: str, *, limit: int = 100) -> list[str]:
        """The names of the runs that begin so, newest first; those that a `call` started only when no other does."""
        sql = "SELECT run FROM runs WHERE substr(run, 1, ?) = ? AND parent IS {} NULL ORDER BY started_at DESC LIMIT ?"
        found = [self._query(sql.format(word), len(start), start, limit) for word in ("", "NOT")]
        return [run for (run,) in found[0] or found[1]]

    def called_by(self, run: str) -> list[RunRow]:
        """The runs that a run has called, oldest first."""
        rows = self._query(f"{_SELECT_RUNS} WHERE parent = ? ORDER BY started_at, run", run)
        return [self._row(row) for row in rows]

    def events(self, run: str) -> list[Event]:
        """Everything that happened in a run, in order."""
        rows = self._query("SELECT time, kind, key, data FROM events WHERE run = ? ORDER BY number", run)
        return [Event(time, kind, key, json.loads(data)) for time, kind, key, data in rows]

    def answers(self, run: str) -> dict[str, Mapping[str, Json]]:
        """What people answered in a run, by the key of the task."""
        rows = self._query("SELECT key, data FROM answers WHERE run = ?", run)
        return {key: json.loads(data) for key, data in rows}

    def state(self, workflow: str) -> dict[str, Json]:
        """What the workflow's runs have remembered."""
        rows = self._query("SELECT name, value FROM state WHERE workflow = ?", workflow)
        return {name: json.loads(value) for name, value in rows}

    def previous_success_at(self, workflow: str) -> str | None:
        """When the latest run that succeeded ended."""
        sql = "SELECT max(ended_at) FROM runs WHERE workflow = ? AND state = 'succeeded'"
        found = self._query(sql, workflow)[0][0]
        return None if found is None else timestamp(datetime.fromisoformat(found))

    def alive(self, workflow: str) -> list[str]:
        """The runs of a workflow that some process is running now, oldest first."""
        sql = "SELECT run FROM runs WHERE workflow = ? AND state = 'running' ORDER BY started_at, run"
        return [run for (run,) in self._query(sql, workflow) if ownership.is_held(self._lock_path(run))]

    def is_cancel_wanted(self, run: str) -> bool:
        return bool(self._query("SELECT is_cancel_wanted FROM runs WHERE run = ?", run)[0][0])

    def has(self, run: str) -> bool:
        return bool(self._query("SELECT 1 FROM runs WHERE run = ?", run))

    def _lock_path(self, run: str) -> Path:
        return self.home / "locks" / f"{run}.lock"

    def _query(self, sql: str, *values: Json) -> list[tuple[Any, ...]]:
        with self._reading:
            return self._reader.execute(sql, values).fetchall()

    def _statements(self, run: str, events: Iterable[Event]) -> list[Statement]:
        if run not in self._numbers:
            self._numbers[run] = self._query("SELECT coalesce(max(number), 0) FROM events WHERE run = ?", run)[0][0]
        statements: list[Statement] = []
        for event in events:
            self._numbers[run] += 1
            values = (run, self._numbers[run], event.time, event.kind, event.key, _dump(event.data))
            statements.append((_INSERT_EVENT, values))
        return statements

    def _row(self, row: Sequence[Any]) -> RunRow:
        run, workflow, digest, state, started_at, ended_at, request, sources, result, parent = row
        if state == "running" and not ownership.is_held(self._lock_path(run)):
            state = "interrupted"
        return RunRow(
            run,
            workflow,
            digest,
            state,
            started_at,
            ended_at,
            json.loads(request),
            json.loads(sources),
            None if result is None else json.loads(result),
            parent,
        )


def _dump(value: Json) -> str:
    # surrogates may stand in a text that came as bytes; SQLite wants UTF-8, so they go in as JSON's escapes
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
