"""Ctrl-C at each stage: exit 130, nothing half-written, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from cli_running import HELLO, PROGRAM, environment, files_in, interrupt, overture, started, until
from test_compile import KEY, REQUEST, answer

from overture.testing import Reply, Route, World, speaker

SLOW = """\
overture: 1
name: slow
tasks:
  - {id: first, kind: set, values: {done: yes}}
  - id: sleeper
    kind: shell
    command: [sh, -c, "echo $$ > started; exec sleep 300"]
  - {id: never, kind: write_file, path: never.txt, content: no}
finally:
  - {id: tidy, kind: write_file, path: tidied.txt, content: "{{ run.state }}"}
"""


def big_workflow(tasks: int) -> str:
    chain = "".join(
        f'  - {{id: t{number}, kind: set, values: {{x: "{{{{ tasks.t{number - 1}.x + 1 }}}}"}}}}\n'
        for number in range(1, tasks)
    )
    return f"overture: 1\nname: big\ntasks:\n  - {{id: t0, kind: set, values: {{x: 0}}}}\n{chain}"


def has_read(child: subprocess.Popen[bytes], size_bytes: int) -> bool:
    """Whether the program has read so much more than its own modules hold on their way in."""
    name = Path(f"/proc/{child.pid}/io")
    counted = dict(line.split(": ") for line in name.read_text().splitlines())
    return int(counted["rchar"]) > size_bytes


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_while_a_model_is_waited_for(tmp_path: Path) -> None:
    with World(model=speaker("silent", answer())) as world:
        env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": world.model_url, "OVERTURE_MODEL": "m"}
        with started("compile", REQUEST, "--name", "x", "--to", "kestra", cwd=tmp_path, env=env) as child:
            until(lambda: world.model_calls, "the call of the model")
            ran = interrupt(child)
    assert (ran.code, ran.stdout, ran.stderr.strip()) == (130, "", "interrupted")
    assert files_in(tmp_path) == set()


@pytest.mark.parametrize(
    "words",
    [
        ("check", "piped.flow.yaml", "--format", "json"),
        ("export", "piped.flow.yaml", "--to", "kestra", "-o", "out"),
        ("fmt", "piped.flow.yaml"),
    ],
)
def test_while_a_big_file_is_worked_on(tmp_path: Path, words: tuple[str, ...]) -> None:
    os.mkfifo(tmp_path / "piped.flow.yaml")
    with started(*words, cwd=tmp_path) as child:
        # returns when the program has taken all but the last 64 kB, so it has seconds of work before it
        (tmp_path / "piped.flow.yaml").write_text(big_workflow(10_000))
        ran = interrupt(child)
    assert (ran.code, ran.stdout, ran.stderr.strip()) == (130, "", "interrupted")
    assert files_in(tmp_path) == set() and not (tmp_path / "out").exists()


def test_while_standard_input_is_waited_for(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [*PROGRAM, "check", "-"],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert child.stdin is not None
    with child:
        until(lambda: Path(f"/proc/{child.pid}/wchan").exists() and _waits(child), "the wait")
        os.killpg(child.pid, signal.SIGINT)
        child.stdin.close()
        child.stdin = None
        stdout, stderr = child.communicate(timeout=60)
    assert (child.returncode, stdout, stderr.strip()) == (130, b"", b"interrupted")


def _waits(child: subprocess.Popen[bytes]) -> bool:
    """Whether the program reads its standard input (system call 0, file 0)."""
    return Path(f"/proc/{child.pid}/syscall").read_text().startswith("0 0x0 ")


def test_while_a_run_runs(tmp_path: Path) -> None:
    (tmp_path / "slow.flow.yaml").write_text(SLOW)
    mark = tmp_path / "started"
    with started("run", "slow.flow.yaml", "--format", "json", cwd=tmp_path) as child:
        until(lambda: mark.exists() and mark.read_text().strip(), "the start of the task")
        ran = interrupt(child)
    assert ran.code == 130
    assert ran.json["state"] == "cancelled" and ran.json["error"] is None
    states = {each["at"]: each["state"] for each in ran.json["tasks"]}
    assert states == {"first": "succeeded", "sleeper": "cancelled", "never": "cancelled", "tidy": "succeeded"}
    assert (tmp_path / "tidied.txt").read_text() == "cancelled" and not (tmp_path / "never.txt").exists()
    until(lambda: not is_alive(int(mark.read_text())), "the end of the child")
    shown = overture("show", ran.json["run"], "--format", "json", cwd=tmp_path)
    assert shown.json == ran.json


KILLED = """\
overture: 1
name: killed
inputs: {api: {type: string}}
tasks:
  - id: poll
    kind: repeat
    attempts: 2
    every: 1ms
    until: tasks.look.status == 200
    tasks:
      - {id: look, kind: http, url: "{{ inputs.api }}/look", accept: [200, 404]}
  - id: sleeper
    kind: shell
    command: [sh, -c, "test -e started || { echo $$ > started; exec sleep 300; }"]
  - {id: get, kind: http, url: "{{ inputs.api }}/get"}
  - {id: keep, kind: write_file, path: kept.txt, content: "{{ tasks.get.status }}"}
outputs: {status: tasks.get.status}
"""


def test_a_killed_run_goes_on_under_the_terms_it_began_with(tmp_path: Path) -> None:
    """Neither `--allow-host` nor `--workspace` is said again, and the working folder is another one."""
    (tmp_path / "killed.flow.yaml").write_text(KILLED)
    (tmp_path / "elsewhere").mkdir()
    mark = tmp_path / "work" / "started"
    looked = Route("GET", "/look", (Reply(status=404), Reply()))
    with World([looked, Route("GET", "/get", (Reply(),))]) as world:
        words = ("-i", f"api={world.url}", "--allow-host", world.host, "--workspace", "work")
        with started("run", "killed.flow.yaml", *words, cwd=tmp_path) as child:
            until(lambda: mark.exists() and mark.read_text().strip(), "the start of the task")
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
            os.kill(int(mark.read_text()), signal.SIGKILL)  # what the run left behind is no part of this test
        home = ("--home", str(tmp_path / ".overture"))
        shown = overture("show", "last", *home, cwd=tmp_path)
        head = shown.stdout.splitlines()[0]
        assert "  killed  interrupted  " in head and " and last heard of at " in head and "now" not in head
        assert "`overture resume " in shown.stderr
        tasks = overture("show", "last", *home, "--format", "json", cwd=tmp_path).json["tasks"]
        assert [each["at"] for each in tasks] == ["look", "poll"]
        ran = overture("resume", "last", *home, cwd=tmp_path / "elsewhere")
        assert ran.code == 0 and ran.stdout == "status: 200\n", ran.stderr
        assert f"  allowed    {world.host}" in ran.stderr.splitlines()
        assert [each.path for each in world.requests] == ["/look", "/look", "/get"]
    assert (tmp_path / "work" / "kept.txt").read_text() == "200" and list((tmp_path / "elsewhere").iterdir()) == []


def test_while_the_program_starts(tmp_path: Path) -> None:
    (tmp_path / "hello.flow.yaml").write_text(HELLO)
    with started("check", "hello.flow.yaml", cwd=tmp_path) as child:
        until(lambda: child.poll() is not None or has_read(child, 1_000_000), "the imports")
        ran = interrupt(child)
    assert ran.code == 130 and ran.stderr.strip() == "interrupted"
