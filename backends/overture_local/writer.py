"""One thread that writes: transitions that come while it commits share the next transaction (group commit).

Each durable transition costs a flush to the disk, some milliseconds, whoever shares it; a block of a thousand tasks
side by side would else wait for a thousand of them, one after another.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from overture.expressions.types import Json

# How long a row that nobody waits for may stay unwritten: it mostly travels with the next one that somebody waits for.
_LINGER_SECONDS = 0.05

Statement = tuple[str, tuple[Json, ...]]


@dataclass(frozen=True, slots=True)
class _Batch:
    statements: Sequence[Statement]
    future: Future[None] | asyncio.Future[None] | None


class Writer:
    """Runs statements in the order in which they are handed in. `on_commit` is called on the writing thread after each
    commit (a test kills the process there)."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], on_commit: Callable[[], None] | None = None) -> None:
        self._connect = connect
        self._on_commit = on_commit
        self._waiting: deque[_Batch] = deque()
        self._signal = threading.Condition()
        self._is_urgent = False
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def write(self, statements: Sequence[Statement]) -> Future[None]:
        """Hand in what must be on the disk; the future (of a thread) says when it is."""
        future: Future[None] = Future()
        self._put(_Batch(statements, future), is_urgent=True)
        return future

    def write_from_loop(self, statements: Sequence[Statement]) -> asyncio.Future[None]:
        """The same for the running event loop; all that one commit carried wake in one turn of it."""
        future = asyncio.get_running_loop().create_future()
        self._put(_Batch(statements, future), is_urgent=True)
        return future

    def write_later(self, statements: Sequence[Statement]) -> None:
        """Hand in what may go with the next transaction."""
        self._put(_Batch(statements, None), is_urgent=False)

    def close(self) -> None:
        """Write all that waits, and end the thread."""
        with self._signal:
            self._is_closed = True
            self._signal.notify()
        if self._thread is not None:
            self._thread.join()

    def _put(self, batch: _Batch, *, is_urgent: bool) -> None:
        with self._signal:
            if self._is_closed:
                raise RuntimeError("the store is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="overture-writer", daemon=True)
                self._thread.start()
            self._waiting.append(batch)
            if is_urgent and not self._is_urgent:
                self._is_urgent = True
                self._signal.notify()
            elif len(self._waiting) == 1:
                self._signal.notify()

    def _take(self) -> list[_Batch]:
        with self._signal:
            while not self._waiting and not self._is_closed:
                self._signal.wait()
            if not self._is_urgent and not self._is_closed:
                self._signal.wait_for(lambda: self._is_urgent or self._is_closed, _LINGER_SECONDS)
            taken = list(self._waiting)
            self._waiting.clear()
            self._is_urgent = False
            return taken

    def _run(self) -> None:
        connection = self._connect()
        try:
            while taken := self._take():
                failure: BaseException | None = None
                try:
                    connection.execute("BEGIN IMMEDIATE")
                    for batch in taken:
                        for sql, values in batch.statements:
                            connection.execute(sql, values)
                    connection.execute("COMMIT")
                except sqlite3.Error as error:
                    failure = error
                    with contextlib.suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                if failure is None and self._on_commit is not None:
                    self._on_commit()
                _settle(taken, failure)
        finally:
            connection.close()


def _settle(batches: Sequence[_Batch], failure: BaseException | None) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for batch in batches:
        if isinstance(batch.future, Future):
            if failure is None:
                batch.future.set_result(None)
            else:
                batch.future.set_exception(failure)
        elif batch.future is not None:
            by_loop.setdefault(batch.future.get_loop(), []).append(batch.future)
    for loop, futures in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop ended: nobody waits any more
            loop.call_soon_threadsafe(_wake, futures, failure)


def _wake(futures: Sequence[asyncio.Future[None]], failure: BaseException | None) -> None:
    for future in futures:
        if future.done():
            continue
        if failure is None:
            future.set_result(None)
        else:
            future.set_exception(failure)
