"""Streams: data alone on stdout, colours on terminals alone, and output that cannot be written."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

import pytest
from cli_running import BROKEN, HELLO, PROGRAM, environment, invoke, overture
from test_run import LOOP, REPEAT, write


def _on_terminal(*words: str, cwd: Path, env: dict[str, str] | None = None) -> tuple[int, str]:
    """The program with a terminal of 80 columns for stdout and stderr: its exit code, and what a person sees."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    more = {"TERM": "xterm-256color", **(env or {})}
    child = subprocess.Popen(
        [*PROGRAM, *words], cwd=cwd, env=environment(more), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError as error:  # how Linux says that the other end is closed
            assert error.errno == errno.EIO
            break
        if not part:
            break
        seen += part
    os.close(ours)
    return child.wait(timeout=60), seen.decode()


def test_a_terminal_gets_colours_unless_it_is_asked_not_to(tmp_path: Path) -> None:
    (tmp_path / "broken.flow.yaml").write_text(BROKEN)
    code, seen = _on_terminal("check", "broken.flow.yaml", cwd=tmp_path)
    assert code == 1 and "\x1b[" in seen
    code, plain = _on_terminal("check", "broken.flow.yaml", "--no-color", cwd=tmp_path)
    assert code == 1 and "\x1b" not in plain and "did you mean" in plain
    assert _on_terminal("check", "broken.flow.yaml", cwd=tmp_path, env={"NO_COLOR": "1"})[1] == plain


def test_a_terminal_gets_a_tree_of_tasks(tmp_path: Path) -> None:
    code, seen = _on_terminal("run", write(tmp_path, LOOP), cwd=tmp_path, env={"NO_COLOR": "1"})
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", seen)
    last = [line.rstrip() for line in plain.split("\n")]
    assert code == 0, seen
    at = last.index("✓ each")
    assert last[at + 1 : at + 4] == ["  ✓ [0].say", "  ✓ [0].inner", "    ✓ [0].pair"]
    assert last[-2] == 'pairs: [["a1", "a2"], ["b1", "b2"]]'


def test_the_tree_has_each_round_of_a_repeat(tmp_path: Path) -> None:
    code, seen = _on_terminal("run", write(tmp_path, REPEAT), cwd=tmp_path, env={"NO_COLOR": "1"})
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", seen)
    last = [line.rstrip() for line in plain.split("\n")]
    assert code == 0, seen
    at = last.index("✓ poll")
    assert last[at + 1 : at + 5] == ["  ✓ [0].count", "  ✓ [0].each", "    ✓ [0].say", "  ✓ [1].count"]


@pytest.mark.parametrize(
    "words", [("plan", "hello.flow.yaml", "--format", "json"), ("schema",), ("check", "b.flow.yaml")]
)
def test_a_full_disk_behind_stdout_is_one_clear_error(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "hello.flow.yaml").write_text(HELLO)
    (tmp_path / "b.flow.yaml").write_text(BROKEN)
    with Path("/dev/full").open("wb") as full:
        ran = overture(*words, cwd=tmp_path, stdout=full)
    assert ran.code == 2
    assert ran.stderr == "error: the output cannot be written: no space left on device\n"


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "wb", buffering=0) as pipe:
        ran = overture("schema", cwd=tmp_path, stdout=pipe)
    assert (ran.code, ran.stderr) == (1, "")


def test_a_run_goes_on_when_nobody_reads_its_events(tmp_path: Path) -> None:
    name = write(tmp_path, LOOP)
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "wb", buffering=0) as pipe:
        ran = overture("run", name, "--events", cwd=tmp_path, stdout=pipe)
    assert (ran.code, ran.errors) == (0, [])
    with Path("/dev/full").open("wb") as full:
        ran = overture("run", name, "--events", cwd=tmp_path, stdout=full)
    assert ran.code == 2 and "no space left" in ran.error
    runs = overture("runs", "--format", "json", cwd=tmp_path).json["runs"]
    assert [each["state"] for each in runs] == ["succeeded", "succeeded"]


def test_data_is_utf_8_and_marks_are_escaped_whatever_the_terminals_encoding(tmp_path: Path) -> None:
    text = HELLO.replace("world", "wörld €")
    (tmp_path / "hello.flow.yaml").write_text(text)
    env = {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    ran = overture("run", "hello.flow.yaml", cwd=tmp_path, env=env)
    assert ran.code == 0 and ran.stdout == "greeting: hello wörld €\n"
    assert "\\u2713" in ran.stderr
    assert overture("fmt", "-", cwd=tmp_path, stdin=text.encode(), env=env).stdout == text


def test_a_file_name_that_is_no_text_is_no_crash(folder: Path) -> None:
    name = b"b\xff.flow.yaml"
    Path(os.fsdecode(name)).write_text(BROKEN)
    for words in ([], ["--format", "json"], ["--format", "sarif"], ["--format", "github"]):
        ran = invoke("check", ".", *words)
        assert ran.code == 1 and ran.stdout, words
    assert invoke("check", ".", "--format", "json").json["files"][0]["path"] == "b\udcff.flow.yaml"


@pytest.mark.parametrize("form", ["text", "mermaid", "svg", "dot"])
def test_a_graph_goes_to_stdout_alone(folder: Path, form: str) -> None:
    ran = invoke("graph", write(folder, LOOP), "--format", form)
    assert ran.code == 0 and ran.stderr == "" and "pair" in ran.stdout and ran.stdout.endswith("\n")


def test_schemas_and_backends_are_json(folder: Path) -> None:
    assert invoke("schema").json["$schema"].startswith("https://json-schema.org/")
    assert invoke("schema", "--form", "wire").json["type"] == "object"
    shown = invoke("backends", "--format", "json").json
    assert list(shown) == ["backends"]
    assert [each["name"] for each in shown["backends"]] == ["kestra", "local", "prefect"]
    for each in shown["backends"]:
        assert list(each) == ["name", "version", "support", "notes"]
        assert set(each["support"].values()) <= {"yes", "no", "partly"} and set(each["notes"]) <= set(each["support"])


def test_a_page_is_found_by_code_and_by_name(folder: Path) -> None:
    by_code, by_name = invoke("explain", "ov202"), invoke("explain", "unknown-task")
    assert by_code.code == 0 and by_code.stdout == by_name.stdout and "OV202 unknown-task (error)" in by_code.stdout
    ran = invoke("explain", "OV9999")
    assert ran.code == 2 and ran.stdout == "" and ran.error == "there is no rule `OV9999`"
