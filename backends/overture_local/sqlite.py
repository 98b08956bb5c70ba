"""A query on SQLite, by Python's own library: on a thread, so that it can be cut off, and in one file only."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

from overture.expressions.types import Json
from overture_local.rows import Answer, QueryFailed, room_of

MEMORY = ":memory:"
_STEPS_BETWEEN_LOOKS = 10_000  # of the machine that runs a query; each look costs a microsecond
_LENGTHS = 4  # a value on its way may be longer than a result, so many times
_HIDDEN_PRAGMAS = frozenset(("temp_store_directory", "data_store_directory"))  # they hold for the whole process


async def ask_sqlite(path: str, query: str, given: Sequence[Mapping[str, Json]], limit_bytes: int) -> Answer:
    """Run the query for each of `given`, in one transaction when they are several. Raises QueryFailed.

    However this returns or raises, the query has ended."""
    stop = threading.Event()
    work = asyncio.get_running_loop().run_in_executor(None, _ask, path, query, given, limit_bytes, stop)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop.set()
        with contextlib.suppress(QueryFailed):
            await work
        raise


def _ask(path: str, query: str, given: Sequence[Mapping[str, Json]], limit_bytes: int, stop: threading.Event) -> Answer:
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limit_bytes * _LENGTHS)
            connection.set_progress_handler(stop.is_set, _STEPS_BETWEEN_LOOKS)
            guard = _Guard()
            connection.set_authorizer(guard)
            try:
                with _transaction(connection, len(given) > 1):
                    return _collect(connection, query, given, limit_bytes)
            except sqlite3.DatabaseError:
                if guard.refused is not None:
                    raise QueryFailed(guard.refused, is_refused=True) from None
                raise
    except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError) as error:
        raise QueryFailed(f"the query failed: {error}") from None


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection, is_needed: bool) -> Iterator[None]:
    """One statement is a transaction by itself; some (`vacuum`) can be nothing else."""
    if not is_needed:
        yield
        return
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("rollback")
        raise


def _collect(
    connection: sqlite3.Connection, query: str, given: Sequence[Mapping[str, Json]], limit_bytes: int
) -> Answer:
    answer, room = Answer(), room_of(limit_bytes)
    for values in given:
        cursor = connection.execute(query, values)
        if cursor.description is None:
            # not the cursor's count: it knows nothing of an `insert` that begins with `with`
            (changed,) = connection.execute("select changes()").fetchone()
            answer.take(None, (), changed, room)
        else:
            answer.take([column[0] for column in cursor.description], cursor, 0, room)
    return answer


class _Guard:
    """Keeps a query in its file: a database that it attaches, or writes a copy into, could lie anywhere."""

    def __init__(self) -> None:
        self.refused: str | None = None

    def __call__(
        self, action: int, one: str | None, other: str | None, database: str | None, source: str | None
    ) -> int:
        if action == sqlite3.SQLITE_ATTACH and one not in ("", MEMORY):
            self.refused = "the query reaches for another file"
        elif action == sqlite3.SQLITE_PRAGMA and (one or "").lower() in _HIDDEN_PRAGMAS:
            self.refused = f"the query sets `{one}`"
        else:
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY
