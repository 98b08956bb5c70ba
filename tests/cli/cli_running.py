"""The program, run as people run it (a child process) or, where only what it says matters, in this process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from overture.cli.program import program

PROGRAM = [sys.executable, "-c", "from overture.cli import main; main()"]
_LONGEST_SECONDS = 60

HELLO = """\
overture: 1
name: hello
inputs:
  who: {type: string, default: world}
tasks:
  - id: greet
    kind: set
    values:
      text: "hello {{ inputs.who }}"
outputs:
  greeting: tasks.greet.text
"""
BROKEN = HELLO.replace("tasks.greet.text", "tasks.great.text")
WARNING = HELLO.replace("inputs:\n", "inputs:\n  unused: {type: string, default: x}\n")


@dataclass(frozen=True)
class Ran:
    """What a command printed, and how it ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.stdout)

    @property
    def errors(self) -> list[str]:
        """The lines that say what is wrong."""
        return [line for line in self.stderr.splitlines() if line.startswith("error: ")]

    @property
    def error(self) -> str:
        """What is wrong, said once, without a traceback."""
        assert "Traceback" not in self.stderr, self.stderr
        assert len(self.errors) == 1, self.stderr
        return self.errors[0].removeprefix("error: ")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours, without what would change the program's ways. A program that is killed, or that has no room to write, must
    not leave half a compiled module behind: Python 3.11 would take it for a whole one from then on."""
    names = ("OPENAI_", "OVERTURE_", "NO_COLOR", "FORCE_COLOR", "TERM")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    return {**bare, "PYTHONDONTWRITEBYTECODE": "1", **(more or {})}


def invoke(*words: str, stdin: str | bytes = "", env: Mapping[str, str] | None = None) -> Ran:
    """Run a command in this process and in its working folder."""
    hidden = {name: None for name in os.environ if name.startswith(("OPENAI_", "OVERTURE_"))}
    done = CliRunner().invoke(program, words, input=stdin, env={**hidden, **(env or {})}, prog_name="overture")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


def overture(*words: str, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None, **options: Any) -> Ran:
    """Run the program in a process of its own."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": _LONGEST_SECONDS, **options}
    done = subprocess.run([*PROGRAM, *words], cwd=cwd, input=stdin, env=environment(env), check=False, **options)
    return Ran(done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode())


@contextmanager
def started(*words: str, cwd: Path, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The program while it runs, in a process group of its own; whatever is left of it is killed."""
    child = subprocess.Popen(
        [*PROGRAM, *words],
        cwd=cwd,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


def interrupt(child: subprocess.Popen[bytes]) -> Ran:
    """Press Ctrl-C, and see how it ends."""
    os.killpg(child.pid, signal.SIGINT)
    stdout, stderr = child.communicate(timeout=_LONGEST_SECONDS)
    return Ran(child.returncode, stdout.decode(), stderr.decode())


def until(holds: Callable[[], Any], what: str) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + _LONGEST_SECONDS
    while not holds():
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(0.02)


def files_in(folder: Path) -> set[str]:
    """Every file under a folder, hidden ones too, but for the store of runs."""
    found = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}
    return {each for each in found if not each.startswith(".overture")}
