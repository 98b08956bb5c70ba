"""A child process that answers JSON lines, and what to do when it does not."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engines.model import EngineBroken, EngineHung, tail

KILL_TIMEOUT_SECONDS = 10.0


class LineProcess:
    """A child that reads one JSON object a line and writes one; its standard error goes to `log`."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], folder: Path, log: Path) -> None:
        self._log = log
        self._buffer = b""
        with log.open("ab") as sink:
            self._child = subprocess.Popen(
                command,
                env=dict(env),
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                start_new_session=True,
            )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._requests = self._child.stdin
        self._answers = self._child.stdout

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        """Whether the child still runs."""
        return self._child.poll() is None

    def ask(self, request: Mapping[str, Any], timeout_seconds: float) -> dict[str, Any]:
        """Send one request and read its answer. Raises EngineHung after the timeout, EngineBroken for a dead child."""
        try:
            self._requests.write(json.dumps(request).encode() + b"\n")
            self._requests.flush()
        except BrokenPipeError:
            raise EngineBroken(f"the engine's process is gone\n{self.log_tail()}") from None
        return self.read(timeout_seconds)

    def read(self, timeout_seconds: float) -> dict[str, Any]:
        """Read one answer. Raises as `ask` does."""
        deadline = time.monotonic() + timeout_seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise EngineHung(f"no answer within {timeout_seconds:g} s\n{self.log_tail()}")
                piece = os.read(self._answers.fileno(), 1 << 16)
                if not piece:
                    raise EngineBroken(f"the engine's process ended with {self._child.wait()}\n{self.log_tail()}")
                self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def log_tail(self) -> str:
        """The last lines that the child wrote to its standard error."""
        return tail(self._log.read_text(errors="replace").splitlines())

    def close(self, patience_seconds: float = 5) -> None:
        """Let the child end by itself (its input ends), and kill it with all that it started when it does not."""
        with contextlib.suppress(BrokenPipeError):
            self._requests.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(patience_seconds)
        self.kill()

    def kill(self) -> None:
        """End the child and every process below it, at once."""
        if self.is_alive:
            kill_tree(self._child.pid)
        self._child.wait()
        with contextlib.suppress(BrokenPipeError):
            self._requests.close()
        self._answers.close()


def kill_tree(pid: int) -> None:
    """End a process and every process below it, at once, and wait until they are gone."""
    doomed = {pid, *descendants(pid)}
    for each in doomed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    deadline = time.monotonic() + KILL_TIMEOUT_SECONDS
    while doomed & parents().keys() and time.monotonic() < deadline:
        time.sleep(0.01)


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that these started. A shell step starts a session of its own, so
    killing the process group would leave it running. Empty for a process that is gone."""
    children: dict[int, list[int]] = {}
    for child, parent in parents().items():
        children.setdefault(parent, []).append(child)
    found: list[int] = []
    open_ones = [pid]
    while open_ones:
        below = children.get(open_ones.pop(), [])
        found += below
        open_ones += below
    return found


def parents() -> dict[int, int]:
    """Every process with its parent, but for those that have ended and wait to be noticed. From /proc, which small
    images have, else from `ps`, which macOS has."""
    if Path("/proc/self/stat").exists():
        rows = list(read_proc())
    else:
        said = subprocess.run(["ps", "-eo", "pid=,stat=,ppid="], capture_output=True, text=True, check=True).stdout
        rows = [(int(pid), state, int(parent)) for pid, state, parent in map(str.split, said.splitlines())]
    return {pid: parent for pid, state, parent in rows if not state.startswith("Z")}


def read_proc() -> Iterator[tuple[int, str, int]]:
    """Process id, state and parent of every process that /proc lists."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            # The name, in parentheses, may hold blanks and parentheses.
            state, parent, *_ = stat.read_text(errors="replace").rpartition(")")[2].split()
            yield int(stat.parent.name), state, int(parent)
