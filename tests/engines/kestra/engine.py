"""Runs Kestra flows on a real Kestra 2.0.0 and says what came of them."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engines.kestra.install import KestraInstall, install_kestra
from engines.kestra.report import read_run
from engines.model import Approval, EngineBroken, EngineHung, EngineRun, ExportInvalid, tail
from engines.process import LineProcess
from engines.toolchain import find_uv

START_TIMEOUT_SECONDS = 180.0
"""It takes 10 s on two idle cores, 40 s on busy ones."""

PORTS_TRIED = 3
"""Between finding a free port and listening at it others may take it."""

GRACE_SECONDS = 30.0
"""What the engine may need beyond a run's own timeout: flows to create, loops to settle, logs to arrive."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What an expression came to: its text, or the error."""

    text: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Validated:
    """What Kestra says about a flow before it is created: `constraints` is None when it would take it."""

    constraints: str | None
    warnings: tuple[str, ...]
    deprecated: tuple[str, ...]


class KestraEngine:
    """One Kestra server for many runs, one at a time. Starts by itself at the first request; a context manager.

    Each run has flows, secrets, `envs` and key-value pairs of its own: runs share nothing unless they name the same
    `world`.
    """

    def __init__(self) -> None:
        self._process: LineProcess | None = None
        self._folder: Path | None = None
        self._env: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self.starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, env: Mapping[str, str] | None = None) -> None:
        """Start the server, with these variables added to its environment (a shell task sees them). Nothing happens
        when it runs already with the same ones. Raises EngineMissing, EngineHung, EngineBroken."""
        wanted = dict(env) if env is not None else self._env
        if self._process is not None:
            if self._process.is_alive and wanted == self._env:
                return
            self.close()
        install = install_kestra()
        self._env = wanted
        for attempt in range(1, PORTS_TRIED + 1):
            try:
                self._start_process(install)
                return
            except (EngineHung, EngineBroken) as error:
                self.close()
                if attempt == PORTS_TRIED or "address already in use" not in str(error).lower():
                    raise

    def _start_process(self, install: KestraInstall) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="overture-kestra-"))
        # Zone and language are part of what an export asks of a deployment. C1 alone: most of a test session is
        # starting, and the full compiler made that 3 s slower.
        flags = ["-Duser.timezone=UTC", "-Duser.language=en", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g"]
        command = [str(install.java), *flags, "-cp", install.class_path, "Engine", str(self._folder)]
        # uv brings what a step in Python needs, as the header of an export asks of a worker
        path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(find_uv().parent)])
        environment = {**os.environ, "PATH": path, **self._env}
        self._process = LineProcess(command, environment, self._folder, self._folder / "engine.log")
        self.starts += 1
        self._process.read(START_TIMEOUT_SECONDS)

    def close(self) -> None:
        """End the server and remove its files."""
        if self._process is not None:
            self._process.kill()  # everything it holds is in memory or in the folder below
            self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def run(
        self,
        flows: Mapping[str, str],
        main: str,
        inputs: Mapping[str, Any] | None = None,
        timeout_seconds: float = 60,
        *,
        secrets: Mapping[str, str] | None = None,
        envs: Mapping[str, str] | None = None,
        stored: Mapping[str, Any] | None = None,
        approvals: Mapping[str, Approval] | None = None,
        trigger: Mapping[str, Any] | None = None,
        world: str | None = None,
    ) -> EngineRun:
        """Create `flows` (a name of yours -> YAML), run the one called `main`, wait for its end, remove them again.

        `secrets` are what `secret('NAME')` gives, as they are; `envs` what `envs.name` gives, names in lower case;
        `stored` is put into the key-value store of main's namespace first; `approvals` answers a Pause by its task's
        id; `trigger` is `{id, type, variables}` of a run that something started. Runs of one `world` see each other's
        key-value pairs. Raises ExportInvalid, EngineHung, EngineBroken, EngineMissing.
        """
        answer = self._ask(
            {
                "op": "run",
                "tenant": f"world-{world}" if world else f"run-{next(self._numbers)}",
                "flows": dict(flows),
                "main": main,
                "inputs": dict(inputs or {}),
                "secrets": dict(secrets or {}),
                "envs": dict(envs or {}),
                "stored": dict(stored or {}),
                "approvals": {
                    name: {"inputs": dict(answer.inputs), "by": answer.by} for name, answer in (approvals or {}).items()
                },
                "trigger": dict(trigger or {}),
                "timeout_seconds": timeout_seconds,
            },
            timeout_seconds + GRACE_SECONDS,
        )
        if "invalid" in answer:
            raise ExportInvalid(answer["invalid"])
        run = read_run(answer)
        if not answer.get("ended", True):
            tasks = ", ".join(f"{task.label} {task.engine_state}" for task in run.tasks)
            logs = tail(run.logs)
            own = self._log_tail()
            self.close()
            said = f"`{main}` did not end within {timeout_seconds:g} s\ntasks: {tasks or 'none'}\n{logs}\n{own}"
            raise EngineHung(said)
        return run

    def kept(self, world: str) -> dict[str, bytes]:
        """What lies in the storage of a world, and the engine's own log (of all runs), by name. The executions, which
        are kept in memory, are in the `raw` of their run."""
        if self._folder is None:
            return {}
        storage = self._folder / "storage" / f"world-{world}"
        found = {str(path.relative_to(storage)): path.read_bytes() for path in storage.rglob("*") if path.is_file()}
        return {**found, "engine.log": (self._folder / "engine.log").read_bytes()}

    def validate(self, flow: str) -> Validated:
        """What Kestra says about the YAML of a flow."""
        answer = self._ask({"op": "validate", "flow": flow}, GRACE_SECONDS)
        return Validated(answer["constraints"], tuple(answer["warnings"] or ()), tuple(answer["deprecated"] or ()))

    def render(self, expressions: Sequence[str], variables: Mapping[str, Any] | None = None) -> list[Rendered]:
        """Render templates with Kestra's own renderer; the variables keep their JSON types."""
        request = {"op": "render", "expressions": list(expressions), "variables": dict(variables or {})}
        answer = self._ask(request, GRACE_SECONDS)
        return [Rendered(value.get("text"), value.get("error")) for value in answer["values"]]

    def _ask(self, request: Mapping[str, Any], timeout_seconds: float) -> dict[str, Any]:
        self.start()
        assert self._process is not None
        try:
            answer = self._process.ask(request, timeout_seconds)
        except (EngineHung, EngineBroken):
            self.close()
            raise
        if "error" in answer:
            raise EngineBroken(f"{answer['error']}\n{self._log_tail()}")
        return answer

    def _log_tail(self) -> str:
        return "" if self._process is None else self._process.log_tail()
