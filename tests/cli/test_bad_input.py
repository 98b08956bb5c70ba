"""Bad input and bad surroundings: each is one clear error, and nothing is half-written."""

from __future__ import annotations

import ctypes
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_running import HELLO, files_in, invoke, overture
from test_run import LOOP

DEEP = "overture: 1\nname: deep\nlabels: " + "[" * 10_000 + "]" * 10_000 + "\ntasks: []\n"
DEEP_BLOCK = "overture: 1\nx:\n" + "".join(f"{' ' * level}- \n" for level in range(1, 2_000))
BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
CYCLE = """\
overture: 1
name: cycle
tasks:
  - {id: one, kind: log, message: hi, needs: [two]}
  - {id: two, kind: log, message: hi, needs: [one]}
"""
DOCUMENTS: dict[str, tuple[str, bytes, str]] = {
    "empty": ("x.flow.yaml", b"", "holds no workflow"),
    "empty JSON": ("x.flow.json", b"", "holds no workflow"),
    "only comments": ("x.flow.yaml", b"# hm\n", "holds no workflow"),
    "not YAML": ("x.flow.yaml", b"overture: [1\nname: }", ""),
    "not JSON": ("x.flow.json", b"{'overture': 1}", ""),
    "binary": ("x.flow.yaml", bytes(range(256)), "not UTF-8"),
    "NUL": ("x.flow.yaml", b"overture: 1\nname: a\0b\n", "U+0000"),
    "alias bomb": ("x.flow.yaml", BOMB.encode(), "anchor"),
    "duplicate key": ("x.flow.yaml", (HELLO + "name: again\n").encode(), "twice"),
    "duplicate key in JSON": ("x.flow.json", b'{"overture": 1, "overture": 1}', "twice"),
    "tag": ("x.flow.yaml", HELLO.replace("world", "!!python/object/apply:os.system [ls]").encode(), "tag"),
    "depth": ("x.flow.yaml", DEEP.encode(), "deep"),
    "depth in blocks": ("x.flow.yaml", DEEP_BLOCK.encode(), "deep"),
    "depth in JSON": ("x.flow.json", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "deep"),
    "NaN": ("x.flow.json", b'{"overture": 1, "name": "x", "labels": {"a": NaN}, "tasks": []}', "NaN"),
    "a number too large": ("x.flow.json", b'{"overture": 1e999}', "64 bits"),
    "unknown version": ("x.flow.yaml", HELLO.replace("overture: 1", "overture: 2").encode(), "version"),
    "no workflow": ("x.flow.yaml", b"- just\n- a list\n", ""),
    "wrong type at depth": ("x.flow.yaml", LOOP.replace("items: [1, 2]", "items: {a: 1}").encode(), "items"),
    "a cycle": ("x.flow.yaml", CYCLE.encode(), "wait for one another"),
    "a literal that is no duration": ("x.flow.yaml", (HELLO + "timeout: soon\n").encode(), "duration"),
}
COMMANDS = {
    "plan": ("plan", "FILE", "--format", "json"),
    "export": ("export", "FILE", "--to", "kestra", "-o", "out"),
    "run": ("run", "FILE", "--format", "json"),
    "graph": ("graph", "FILE"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_is_none_is_a_finding(folder: Path, name: str) -> None:
    path, content, words = DOCUMENTS[name]
    (folder / path).write_bytes(content)
    ran = invoke("check", path, "--format", "json")
    assert ran.code == 1 and ran.stderr == ""
    errors = [each for each in ran.json["files"][0]["diagnostics"] if each["severity"] == "error"]
    assert len(errors) == 1 and words in errors[0]["message"], errors


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["empty", "binary", "depth", "alias bomb", "wrong type at depth", "a cycle"])
def test_no_command_does_anything_with_such_a_document(folder: Path, name: str, command: str) -> None:
    path, content, words = DOCUMENTS[name]
    (folder / path).write_bytes(content)
    ran = invoke(*(path if word == "FILE" else word for word in COMMANDS[command]))
    assert ran.code == 1 and words in ran.stderr
    if command in ("plan", "run"):  # one document on stdout, the findings, where JSON was asked for
        assert not ran.json["ok"] and [each["path"] for each in ran.json["files"]] == [path]
    else:
        assert ran.stdout == ""
    assert ran.error == f"`{path}` is not sound: nothing was done"
    assert files_in(folder) == {path} and not (folder / ".overture").exists()


def test_50_megabytes_are_refused_at_once_and_without_reading_them(folder: Path) -> None:
    path = folder / "huge.flow.yaml"
    with path.open("wb") as file:
        file.write(HELLO.encode() + b"# ")
        file.truncate(50_000_000)
    begun = time.monotonic()
    ran = invoke("check", "huge.flow.yaml", "--format", "json")
    assert ran.code == 1 and time.monotonic() - begun < 5
    assert "larger than" in ran.json["files"][0]["diagnostics"][0]["message"]
    assert invoke("check", "/dev/zero").code == 1
    assert invoke("compile", "@/dev/zero").code == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_in_place_of_a_file_is_wrong_usage(folder: Path, command: str) -> None:
    (folder / "x.flow.yaml").mkdir()
    ran = invoke(*("x.flow.yaml" if word == "FILE" else word for word in COMMANDS[command]))
    assert ran.code == 2 and ran.stdout == "" and ran.error == "`x.flow.yaml`: is a directory"


def test_an_export_that_names_no_target_is_told_those_there_are(folder: Path) -> None:
    (folder / "hello.flow.yaml").write_text(HELLO)
    ran = invoke("export", "hello.flow.yaml")
    assert (ran.code, ran.stdout, ran.error) == (2, "", "missing option '--to'")
    assert "help: the target: `kestra`, `prefect`\n" in ran.stderr


def without_privileges() -> None:
    """Give up what lets root write everywhere (capabilities 1 and 2 of the bounding set: DAC_OVERRIDE and
    DAC_READ_SEARCH); anybody else has nothing to give up."""
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


def with_small_files(size_bytes: int) -> Callable[[], None]:
    """A disk that is full after so many bytes of a file; Python ignores the signal that comes with it."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))


def test_a_folder_that_may_not_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir()
    (tmp_path / "locked" / "hello.flow.yaml").write_text(
        HELLO.replace("overture: 1\nname: hello", "name: hello\noverture: 1")
    )
    before = (tmp_path / "locked" / "hello.flow.yaml").read_bytes()
    (tmp_path / "locked").chmod(0o555)
    try:
        for words in (
            ("export", "locked/hello.flow.yaml", "--to", "kestra", "-o", "locked"),
            ("fmt", "locked/hello.flow.yaml"),
            ("run", "locked/hello.flow.yaml", "--home", "locked/home"),
        ):
            ran = overture(*words, cwd=tmp_path, preexec_fn=without_privileges)
            assert ran.code == 2 and ran.stdout == "" and ran.error.endswith(": permission denied"), words
    finally:
        (tmp_path / "locked").chmod(0o755)
    assert files_in(tmp_path) == {"locked/hello.flow.yaml"}
    assert (tmp_path / "locked" / "hello.flow.yaml").read_bytes() == before


def test_a_file_that_may_not_be_read_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "hello.flow.yaml").write_text(HELLO)
    (tmp_path / "hello.flow.yaml").chmod(0)
    ran = overture("check", ".", "--format", "json", cwd=tmp_path, preexec_fn=without_privileges)
    assert (ran.code, ran.stdout, ran.error) == (2, "", "`hello.flow.yaml`: permission denied")


@pytest.mark.parametrize("output", ["taken/out", "taken/out.yaml", "/dev/null/out", "/proc/nowhere/out.yaml"])
def test_a_place_where_nothing_can_be_written_is_one_clear_error(folder: Path, output: str) -> None:
    (folder / "hello.flow.yaml").write_text(HELLO)
    (folder / "taken").write_text("a file")
    ran = invoke("export", "hello.flow.yaml", "--to", "kestra", "-o", output)
    assert ran.code == 2 and ran.error and files_in(folder) == {"hello.flow.yaml", "taken"}
    ran = invoke("run", "hello.flow.yaml", "--home", output)
    assert ran.code == 2 and ran.error and ran.stdout == ""


def test_a_full_disk_leaves_the_old_file_or_none(tmp_path: Path) -> None:
    long = HELLO.replace("world", "x" * 3_000)
    messy = long.replace("overture: 1\nname: hello", "name: hello\noverture: 1")
    (tmp_path / "hello.flow.yaml").write_text(messy)
    (tmp_path / "old.yaml").write_text("old")
    full = with_small_files(1_000)
    for words in (
        ("fmt", "hello.flow.yaml"),
        ("export", "hello.flow.yaml", "--to", "kestra", "-o", "old.yaml"),
        ("export", "hello.flow.yaml", "--to", "prefect", "-o", "out"),
    ):
        ran = overture(*words, cwd=tmp_path, preexec_fn=full)
        assert ran.code == 2 and ran.error.endswith(": file too large"), words
    assert files_in(tmp_path) == {"hello.flow.yaml", "old.yaml"} and not (tmp_path / "out").exists()
    assert (tmp_path / "hello.flow.yaml").read_text() == messy and (tmp_path / "old.yaml").read_text() == "old"


def test_a_full_disk_under_the_store_is_one_clear_error_and_the_run_can_go_on(tmp_path: Path) -> None:
    big = LOOP.replace("items: [a, b]", f"items: [{', '.join(['x' * 400] * 100)}]")
    (tmp_path / "loop.flow.yaml").write_text(big)
    ran = overture("run", "loop.flow.yaml", "-q", cwd=tmp_path, preexec_fn=with_small_files(150_000))
    assert ran.code == 2 and ran.stdout == "" and "cannot be recorded" in ran.error, ran.stderr
    run = overture("runs", "--format", "json", cwd=tmp_path).json["runs"][0]
    assert run["state"] == "interrupted"
    ran = overture("resume", run["run"], "--format", "json", cwd=tmp_path)
    assert ran.code == 0 and len(ran.json["outputs"]["pairs"]) == 100
