"""Child processes: a cleaned environment, a process group that dies as a whole, output within bounds."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# What a program needs to find its tools, its words and its time; nothing else of our environment is handed on.
_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "SYSTEMROOT")
_GRACE_SECONDS = 1.0  # between the wish to end and the end, well within the five seconds that are promised


class OutputTooLong(Exception):
    """A child that writes more than it may; it was killed."""


@dataclass(frozen=True, slots=True)
class Ended:
    """`exit_code` is negative for a signal, as `subprocess` has it."""

    exit_code: int
    stdout: bytes
    stderr: bytes


def cleaned(environment: Mapping[str, str], extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child: what every program needs, and what the task gives it."""
    kept = {name: value for name, value in environment.items() if name in _KEPT or name.startswith("LC_")}
    kept.setdefault("PATH", os.defpath)
    return kept | dict(extra or {})


async def run_process(
    argv: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    stdin: bytes = b"",
    limit_bytes: int,
    pass_descriptors: Sequence[int] = (),
) -> Ended:
    """Run a program to its end. However this returns or raises, nothing of its process group is left.

    Raises OSError when it cannot be started, OutputTooLong."""
    loop = asyncio.get_running_loop()
    transport, child = await loop.subprocess_exec(
        lambda: _Child(limit_bytes),
        *argv,
        cwd=folder,
        env=dict(environment),
        start_new_session=True,
        pass_fds=tuple(pass_descriptors),
    )
    process_id = transport.get_pid()
    try:
        feeding = asyncio.create_task(child.feed(transport, stdin))
        try:
            await child.exited.wait()
        finally:
            feeding.cancel()
        _signal_group(process_id, signal.SIGKILL)  # what it left behind in its group, which may hold the pipes open
        await child.closed.wait()
    except asyncio.CancelledError:
        await _end(process_id, child)
        raise
    finally:
        _signal_group(process_id, signal.SIGKILL)
        transport.close()
    if child.is_too_long:
        raise OutputTooLong(f"it wrote more than {limit_bytes:,} bytes")
    exit_code = transport.get_returncode()
    return Ended(-1 if exit_code is None else exit_code, bytes(child.output[1]), bytes(child.output[2]))


class _Child(asyncio.SubprocessProtocol):
    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._transport: asyncio.SubprocessTransport | None = None
        self.output = {1: bytearray(), 2: bytearray()}
        self.is_too_long = False
        self.exited = asyncio.Event()
        self.closed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    async def feed(self, transport: asyncio.SubprocessTransport, stdin: bytes) -> None:
        """Write what the child reads; it need not read it."""
        pipe = transport.get_pipe_transport(0)
        if isinstance(pipe, asyncio.WriteTransport):
            pipe.write(stdin)
            pipe.write_eof()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        output = self.output[fd]
        room = self._limit_bytes - len(output)
        output += data[:room]
        if len(data) > room and self._transport is not None and not self.is_too_long:
            self.is_too_long = True
            _signal_group(self._transport.get_pid(), signal.SIGKILL)

    def process_exited(self) -> None:
        self.exited.set()

    def connection_lost(self, error: Exception | None) -> None:
        self.closed.set()


async def _end(process_id: int, child: _Child) -> None:
    _signal_group(process_id, signal.SIGTERM)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_GRACE_SECONDS):
            await child.exited.wait()
    _signal_group(process_id, signal.SIGKILL)
    await child.exited.wait()


def _signal_group(process_id: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process_id, number)
