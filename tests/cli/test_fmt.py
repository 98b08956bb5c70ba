"""`fmt`: files in canonical form, or left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_running import BROKEN, HELLO, files_in, invoke

MESSY = """\
# greets
name:   hello
overture: 1
tasks:
    - kind: set   # sets
      id: greet
      values: {text: hello}
"""


def test_a_file_is_rewritten_once_and_then_left_alone(folder: Path) -> None:
    path = folder / "m.flow.yaml"
    path.write_text(MESSY)
    ran = invoke("fmt", "m.flow.yaml")
    assert (ran.code, ran.stdout, ran.stderr) == (0, "", "wrote m.flow.yaml\n")
    text = path.read_text()
    assert text.index("overture: 1") < text.index("name:") and "# greets" in text and "# sets" in text
    before = path.stat()
    assert invoke("fmt", "m.flow.yaml").stderr == ""
    assert path.stat().st_ino == before.st_ino
    assert files_in(folder) == {"m.flow.yaml"}


def test_check_changes_nothing_and_exits_1_when_something_would_change(folder: Path) -> None:
    (folder / "m.flow.yaml").write_text(MESSY)
    ran = invoke("fmt", ".", "--check")
    assert ran.code == 1 and ran.stdout == "" and "`m.flow.yaml`" in ran.stderr
    assert (folder / "m.flow.yaml").read_text() == MESSY
    (folder / "m.flow.yaml").write_text(HELLO)
    assert invoke("fmt", ".", "--check").code == 0


def test_a_dash_reads_stdin_and_writes_stdout(folder: Path) -> None:
    ran = invoke("fmt", "-", stdin=MESSY)
    assert ran.code == 0 and ran.stderr == ""
    assert invoke("fmt", "-", stdin=ran.stdout).stdout == ran.stdout
    assert invoke("fmt", "-", "--check", stdin=MESSY).code == 1
    assert files_in(folder) == set()


def test_what_cannot_be_read_exits_1_with_findings_on_stderr_and_the_others_are_written(folder: Path) -> None:
    (folder / "a.flow.yaml").write_text("overture: 1\nname: A B\n")
    (folder / "b.flow.yaml").write_text(MESSY)
    ran = invoke("fmt", ".")
    assert ran.code == 1 and ran.stdout == ""
    assert "a.flow.yaml" in ran.error and "has no `tasks`" in ran.stderr
    assert (folder / "a.flow.yaml").read_text() == "overture: 1\nname: A B\n"
    assert (folder / "b.flow.yaml").read_text() != MESSY


def test_a_workflow_that_has_a_shape_need_not_be_sound(folder: Path) -> None:
    (folder / "b.flow.yaml").write_text(BROKEN)
    assert invoke("fmt", "b.flow.yaml", "--check").code == 0


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_the_mode_of_a_file_stays(folder: Path, mode: int) -> None:
    path = folder / "m.flow.yaml"
    path.write_text(MESSY)
    path.chmod(mode)
    assert invoke("fmt", "m.flow.yaml").code == 0
    assert path.stat().st_mode & 0o777 == mode


def test_a_file_behind_a_link_is_written_where_it_is(folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "real" / "m.flow.yaml").write_text(MESSY)
    (folder / "m.flow.yaml").symlink_to("real/m.flow.yaml")
    assert invoke("fmt", "m.flow.yaml").code == 0
    assert (folder / "m.flow.yaml").is_symlink()
    assert (folder / "real" / "m.flow.yaml").read_text() != MESSY
