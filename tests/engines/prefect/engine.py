"""Runs generated Prefect modules on a real Prefect 3.9.1 and says what came of them."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engines.model import Approval, EngineBroken, EngineHung, EngineRun, tail
from engines.prefect.install import PrefectInstall, install_prefect, server_settings
from engines.prefect.report import read_run
from engines.process import LineProcess, kill_tree

DRIVER = Path(__file__).with_name("driver.py")
START_TIMEOUT_SECONDS = 120.0
"""The server takes 6 s on two idle cores, the driver 3 s; five times that on busy ones."""

GRACE_SECONDS = 150.0
"""What a run may need beyond its own timeout: a module to import, task runs that the server records behind its end."""

PORTS_TRIED = 3
"""Between finding a free port and listening at it others may take it."""

FOREIGN_VARIABLES = ("PREFECT_", "PYTHON", "VIRTUAL_ENV", "PYTEST_")
"""What our own environment must not hand on."""


class PrefectEngine:
    """One Prefect server and one process that runs flows, for many runs, one at a time. Starts by itself at the first
    request; a context manager.

    Each run has files, a working folder, environment and variables of its own.
    """

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self._driver: LineProcess | None = None
        self._install: PrefectInstall | None = None
        self._home: Path | None = None
        self._port = 0
        self._env: dict[str, str] = {}
        self._settings: dict[str, str] = {}
        self.starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, env: Mapping[str, str] | None = None) -> None:
        """Start server and driver, with these variables added to the driver's environment. Nothing happens when they
        run already with the same ones. Raises EngineMissing, EngineHung, EngineBroken."""
        wanted = dict(env) if env is not None else self._env
        is_up = self._server is not None and self._server.poll() is None
        if is_up and self._driver is None:  # the driver was ended; the server may be why
            is_up = is_healthy(self._port)
        if not is_up:
            self.close()
            self._start_server()
        if self._driver is not None and (wanted != self._env or not self._driver.is_alive):
            self._stop_driver()
        if self._driver is None:
            self._start_driver(wanted)

    def close(self) -> None:
        """End both and remove their files."""
        self._stop_driver()
        if self._server is not None:
            kill_tree(self._server.pid)  # asked to stop it takes a minute; its database is thrown away
            self._server.wait()
            self._server = None
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None

    @property
    def server_process(self) -> int | None:
        """The process id of the server while it is there."""
        return None if self._server is None else self._server.pid

    def kept(self) -> frozenset[str]:
        """Every row of the server's database and every line that server and driver have written, as texts. To know what
        one run has left, take away what was there before it."""
        if self._home is None:
            return frozenset()
        lines: set[str] = set()
        for log in self._home.glob("*.log"):
            lines.update(log.read_text(errors="replace").splitlines())
        with contextlib.closing(sqlite3.connect(f"file:{self._home}/prefect.db?mode=ro", uri=True, timeout=60)) as rows:
            for (table,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                lines.update(f"{table}: {row}" for row in rows.execute(f'SELECT * FROM "{table}"'))
        return frozenset(lines)

    def run(
        self,
        files: Mapping[str, str],
        main: str,
        inputs: Mapping[str, Any] | None = None,
        timeout_seconds: float = 60,
        *,
        env: Mapping[str, str] | None = None,
        folder: Path | None = None,
        stored: Mapping[str, Any] | None = None,
        approvals: Mapping[str, Approval] | None = None,
        scheduled_for: str | None = None,
    ) -> EngineRun:
        """Write `files` (name -> text) into a fresh folder, import one and call a flow of it: `main` is
        "file.py:function".

        `env` is added to the environment for this run alone; `folder` is the working folder (else an empty one);
        `stored` are the variables that the server holds before; `approvals` answers each pause by the task that waits;
        `scheduled_for` starts the run as the server's scheduler would that meant this moment. Raises EngineHung,
        EngineBroken (also for a module that cannot be imported), EngineMissing.
        """
        self.start()
        assert self._driver is not None
        file, _, function = main.partition(":")
        with tempfile.TemporaryDirectory(prefix="overture-export-") as place:
            modules, work = Path(place, "modules"), Path(place, "work")
            modules.mkdir()
            work.mkdir()
            for name, text in files.items():
                path = modules / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            request = {
                "file": str(modules / file),
                "function": function,
                "inputs": dict(inputs or {}),
                "env": dict(env or {}),
                "folder": str(folder or work),
                "stored": dict(stored or {}),
                "approvals": {
                    name: {"inputs": dict(answer.inputs), "by": answer.by} for name, answer in (approvals or {}).items()
                },
                "scheduled_for": scheduled_for,
                "timeout_seconds": timeout_seconds,
            }
            try:
                answer = self._driver.ask(request, timeout_seconds + GRACE_SECONDS)
            except (EngineHung, EngineBroken) as error:
                self._stop_driver()
                raise type(error)(f"{error}\n{self._server_tail()}") from None
            if "error" in answer:
                log = self._driver.log_tail()
                self._stop_driver()  # so that the next run looks whether the server is still there
                raise EngineBroken(f"`{main}`: {answer['error']}\n{log}\n{self._server_tail()}")
            if "hung" in answer:
                log = f"{self._driver.log_tail()}\n{self._server_tail()}"
                self._stop_driver()
                tasks = ", ".join(f"{task['name']} {task['type']}" for task in answer["task_runs"]) or "none"
                logs = tail(answer["logs"])
                raise EngineHung(f"`{main}` did not end within {timeout_seconds:g} s\ntasks: {tasks}\n{logs}\n{log}")
        return read_run(answer)

    def _start_server(self) -> None:
        self._install = install_prefect()
        self._home = Path(tempfile.mkdtemp(prefix="overture-prefect-"))
        for file in self._install.home.glob("prefect.db*"):
            shutil.copy(file, self._home)
        self._settings = server_settings(self._home)
        for attempt in range(1, PORTS_TRIED + 1):
            try:
                self._start_server_at(free_port())
                return
            except (EngineHung, EngineBroken) as error:
                if attempt == PORTS_TRIED or "address already in use" not in str(error).lower():
                    self.close()
                    raise

    def _start_server_at(self, port: int) -> None:
        assert self._install is not None
        assert self._home is not None
        command = [str(self._install.python), "-m", "prefect", "server", "start"]
        with (self._home / "server.log").open("wb") as sink:
            self._server = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(port)],
                env={**clean_environment(), **self._settings},
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        self._await_health(port)
        self._port = port
        self._settings["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"

    def _await_health(self, port: int) -> None:
        assert self._server is not None
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not is_healthy(port):
            if self._server.poll() is not None:
                raise EngineBroken(f"the Prefect server ended with {self._server.returncode}\n{self._server_tail()}")
            if time.monotonic() > deadline:
                said = f"the Prefect server did not answer within {START_TIMEOUT_SECONDS:g} s"
                raise EngineHung(f"{said}\n{self._server_tail()}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.wait(0.1)

    def _server_tail(self) -> str:
        """How the server is, with the last lines that it wrote."""
        if self._server is None or self._home is None:
            return "the server is not running"
        ended = self._server.poll()
        state = "runs" if ended is None else f"ended with {ended}"
        said = tail((self._home / "server.log").read_text(errors="replace").splitlines(), 20)
        return f"the Prefect server {state}; it wrote:\n{said or '(nothing)'}"

    def _start_driver(self, env: dict[str, str]) -> None:
        assert self._install is not None
        assert self._home is not None
        self._env = env
        variables = {**clean_environment(), **self._settings, **env}
        command = [str(self._install.python), str(DRIVER)]
        self._driver = LineProcess(command, variables, self._home, self._home / "driver.log")
        self.starts += 1
        try:
            self._driver.read(START_TIMEOUT_SECONDS)
        except (EngineHung, EngineBroken):
            self._stop_driver()
            raise

    def _stop_driver(self) -> None:
        if self._driver is not None:
            self._driver.kill()
            self._driver = None


def clean_environment() -> dict[str, str]:
    """Our environment without what configures Python, pytest or another Prefect."""
    return {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN_VARIABLES)}


def free_port() -> int:
    """A port that nobody listens at now; somebody else may be faster."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def is_healthy(port: int) -> bool:
    """Whether the server answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
