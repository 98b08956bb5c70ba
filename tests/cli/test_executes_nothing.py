"""`check`, `plan`, `explain`, `graph`, `export` run nothing: no socket, no process, no write but the named output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_running import HELLO, environment, files_in

HOSTILE = """\
overture: 1
name: hostile
secrets: [API_TOKEN]
inputs:
  who: {type: string, default: "{{ ''.__class__ }}"}
triggers:
  - {type: schedule, cron: "0 9 * * *", timezone: Europe/Berlin}
tasks:
  - id: code
    kind: python
    requirements: ["file:///tmp/evil"]
    code: |
      import os, socket, subprocess
      open("canary", "w").write("executed")
      def main(n=open("canary", "w"), *, m=subprocess.run(["touch", "canary"])):
          return 1
    returns: {type: integer}
  - {id: program, kind: shell, command: [touch, canary]}
  - {id: page, kind: http, url: "http://127.0.0.1:9/", auth: {type: bearer, token: "{{ secrets.API_TOKEN }}"}}
  - {id: opinion, kind: ai, prompt: "what is {{ inputs.who }}?"}
  - {id: note, kind: write_file, path: canary, content: executed}
  - {id: asked, kind: call, workflow: hello}
  - {id: count, kind: set, values: {n: "{{ range(0, 3) | length }}", now: "{{ now() }}"}}
"""


def audited(commands: list[list[str]], cwd: Path) -> list[tuple[int, list[str]]]:
    """The exit code of each command, and what it did besides reading."""
    script = Path(__file__).with_name("audited.py")
    done = subprocess.run(
        [sys.executable, "-B", str(script), json.dumps(commands)],
        cwd=cwd,
        env=environment({"API_TOKEN": "0123456789", "OVERTURE_MODEL": "m", "OPENAI_BASE_URL": "http://127.0.0.1:9"}),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: list[Any] = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("[")]
    assert len(found) == len(commands), done.stderr
    return [(code, events) for code, events in found]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    (tmp_path / "hostile.flow.yaml").write_text(HOSTILE)
    (tmp_path / "hello.flow.yaml").write_text(HELLO)
    return tmp_path


def test_looking_at_a_workflow_does_nothing(hostile: Path) -> None:
    commands = [
        ["check", "hostile.flow.yaml"],
        ["check", "--format", "sarif", "."],
        ["plan", "hostile.flow.yaml", "--format", "json"],
        *(["graph", "hostile.flow.yaml", "--format", form] for form in ("text", "mermaid", "svg", "dot")),
        ["explain", "OV202"],
        ["explain", "hostile.flow.yaml"],
        ["fmt", "--check", "hostile.flow.yaml"],
        ["export", "hello.flow.yaml", "--to", "kestra", "-o", "-"],
        ["schema"],
        ["backends"],
    ]
    for words, (code, events) in zip(commands, audited(commands, hostile), strict=True):
        assert events == [], words
        assert code in (0, 1), words  # a target may lack something, and the file need not be in canonical form
    assert files_in(hostile) == {"hostile.flow.yaml", "hello.flow.yaml"}


def test_export_writes_the_named_output_and_nothing_else(hostile: Path) -> None:
    commands = [
        ["export", "hello.flow.yaml", "--to", "kestra", "-o", "out/hello.yaml"],
        ["export", "hello.flow.yaml", "--to", "prefect", "-o", "out"],
        ["export", "hostile.flow.yaml", "--to", "kestra", "-o", "out/kestra"],
        ["export", "hostile.flow.yaml", "--to", "prefect", "-o", "out/prefect"],
    ]
    for words, (code, events) in zip(commands, audited(commands, hostile), strict=True):
        if code == 1:  # the target lacks something: then nothing is written at all
            assert events == [], words
            continue
        kinds = {event.split()[0] for event in events}
        assert kinds <= {"open", "os.mkdir", "os.rename", "os.chmod"} and "open" in kinds
        assert all(event.split()[1].startswith("out") for event in events), events
    written = {each for each in files_in(hostile) if not each.startswith("out/")}
    assert written == {"hostile.flow.yaml", "hello.flow.yaml"}
    assert (hostile / "out/hello.yaml").is_file() and (hostile / "out/hello.py").is_file()


def test_the_watch_would_have_seen_it(hostile: Path) -> None:
    """The same watch sees what `run` does: a watch that is blind would prove nothing."""
    program = HOSTILE.replace("tasks:\n", "tasks:\n  - {id: early, kind: shell, command: [touch, early]}\n")
    (hostile / "hostile.flow.yaml").write_text(program)
    ((_, events),) = audited([["run", "hostile.flow.yaml"]], hostile)
    kinds = {event.split()[0] for event in events}
    assert "subprocess.Popen" in kinds or "os.posix_spawn" in kinds
    assert "open" in kinds and "sqlite3.connect" in kinds
    assert (hostile / "early").exists()
