"""Files: only those of the workspace, never half-written."""

from __future__ import annotations

import pytest
from local_running import Runner

from overture_local import Limits

FLOW = """
overture: 1
name: filing
inputs: {path: {type: string}}
tasks:
  - {id: write, kind: write_file, path: "{{ inputs.path }}", content: text}
"""


@pytest.mark.parametrize(
    "path", ["/etc/x", "../x", "a/../../x", "~/x", "C:/x", "C:\\x", "\\\\host\\x", "a\\..\\..\\x", "", "a\0b", "link/x"]
)
def test_no_path_leads_out_of_the_workspace(runner: Runner, path: str) -> None:
    (runner.folder / "outside").mkdir()
    (runner.workspace / "link").symlink_to(runner.folder / "outside")
    result = runner.run(FLOW, inputs={"path": path})
    assert result.error is not None
    assert result.error.type == "refused"
    assert list((runner.folder / "outside").iterdir()) == []


def test_a_link_within_the_workspace_is_followed(runner: Runner) -> None:
    (runner.workspace / "real").mkdir()
    (runner.workspace / "link").symlink_to("real")
    assert runner.run(FLOW, inputs={"path": "link/x"}).state == "succeeded"
    assert (runner.workspace / "real" / "x").read_text() == "text"


def test_a_file_is_replaced_as_a_whole_and_keeps_its_mode(runner: Runner) -> None:
    (runner.workspace / "x").write_text("old and longer")
    (runner.workspace / "x").chmod(0o640)
    assert runner.run(FLOW, inputs={"path": "x"}).state == "succeeded"
    assert (runner.workspace / "x").read_text() == "text"
    assert (runner.workspace / "x").stat().st_mode & 0o777 == 0o640
    assert [file.name for file in runner.workspace.iterdir()] == ["x"]


def test_a_file_that_is_a_folder_fails_the_task_and_leaves_nothing(runner: Runner) -> None:
    (runner.workspace / "x").mkdir()
    result = runner.run(FLOW, inputs={"path": "x"})
    assert result.error is not None
    assert result.error.type == "error"
    assert [file.name for file in runner.workspace.iterdir()] == ["x"]


ROUND = """
overture: 1
name: rounding
inputs: {{value: {{}}}}
tasks:
  - {{id: write, kind: write_file, path: f, format: {form}, content: "{{{{ inputs.value }}}}"}}
  - {{id: read, kind: read_file, path: f, format: {form}}}
outputs: {{value: tasks.read.content}}
"""


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("text", "a\r\nb\n"),
        ("lines", ["a", "", "b c"]),
        ("json", {"a": [1, None, "ü"]}),
        ("csv", [{"a": "1", "b": 'x,"y"\n'}, {"a": "", "b": "ü"}]),
        ("base64", "AP//"),
    ],
)
def test_what_is_written_is_read_again(runner: Runner, form: str, value: object) -> None:
    assert runner.run(ROUND.format(form=form), inputs={"value": value}).outputs == {"value": value}


@pytest.mark.parametrize(("size", "state"), [(500, "succeeded"), (501, "failed")])
def test_a_file_may_have_so_many_bytes(runner: Runner, size: int, state: str) -> None:
    (runner.workspace / "f").write_bytes(b"\xff" * size)
    document = "overture: 1\nname: reading\ntasks:\n  - {id: a, kind: read_file, path: f, format: base64}\n"
    # in base64 the result is longer than the file: its own bound is above
    result = runner.run(document, limits=Limits(output_bytes=500))
    assert result.error is not None
    assert ("the result has" in result.error.message) == (state == "succeeded")


@pytest.mark.parametrize(("form", "content"), [("json", b"{"), ("text", b"\xff"), ("csv", b'a\n"b')])
def test_a_file_that_is_not_what_it_should_be_fails_its_task(runner: Runner, form: str, content: bytes) -> None:
    (runner.workspace / "f").write_bytes(content)
    result = runner.run(
        f"overture: 1\nname: reading\ntasks:\n  - {{id: a, kind: read_file, path: f, format: {form}}}\n"
    )
    assert result.error is not None
    assert result.error.type == "error"
