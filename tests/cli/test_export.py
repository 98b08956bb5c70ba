"""`export`: where the files go, and what is said of what a target cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_running import HELLO, files_in, invoke

CALLER = """\
overture: 1
name: caller
tasks:
  - {id: ask, kind: call, workflow: hello, inputs: {who: you}}
outputs:
  said: tasks.ask.value.greeting
"""
UNSUPPORTED = """\
overture: 1
name: mail
secrets: [GITHUB_TOKEN]
tasks:
  - id: tell
    kind: action
    uses: github.list_commits
    auth: {type: bearer, token: "{{ secrets.GITHUB_TOKEN }}"}
"""


@pytest.fixture
def hello(folder: Path) -> Path:
    (folder / "hello.flow.yaml").write_text(HELLO)
    return folder


@pytest.mark.parametrize(("target", "suffix"), [("kestra", ".yaml"), ("prefect", ".py")])
def test_a_path_with_the_targets_suffix_is_a_file_else_a_folder(hello: Path, target: str, suffix: str) -> None:
    ran = invoke("export", "hello.flow.yaml", "--to", target, "-o", f"some/name{suffix}")
    assert ran.code == 0 and ran.stdout == "" and ran.stderr.endswith(f"wrote some/name{suffix}\n")
    invoke("export", "hello.flow.yaml", "--to", target, "-o", "other", "--quiet")
    invoke("export", "hello.flow.yaml", "--to", target)
    beside = {"requirements.txt", "other/requirements.txt"} if target == "prefect" else set()
    assert files_in(hello) == {
        "hello.flow.yaml",
        f"some/name{suffix}",
        f"other/hello{suffix}",
        f"hello{suffix}",
        *beside,
    }
    assert (hello / f"some/name{suffix}").read_bytes() == (hello / f"hello{suffix}").read_bytes()


@pytest.mark.parametrize("target", ["kestra", "prefect"])
def test_a_dash_is_stdout_and_the_same_bytes(hello: Path, target: str) -> None:
    ran = invoke("export", "hello.flow.yaml", "--to", target, "-o", "-")
    assert ran.code == 0 and files_in(hello) == {"hello.flow.yaml"}
    invoke("export", "hello.flow.yaml", "--to", target, "-o", "out")
    assert ran.stdout == next((hello / "out").glob("hello.*")).read_text()
    assert invoke("export", "-", "--to", target, "-o", "-", stdin=HELLO).stdout == ran.stdout


@pytest.mark.parametrize(("target", "suffix"), [("kestra", ".yaml"), ("prefect", ".py")])
def test_the_files_of_called_workflows_are_written_too(hello: Path, target: str, suffix: str) -> None:
    (hello / "caller.flow.yaml").write_text(CALLER)
    ran = invoke("export", "caller.flow.yaml", "--to", target, "-o", "out")
    written = {each for each in files_in(hello) if each.startswith("out/")}
    assert ran.code == 0 and f"out/caller{suffix}" in written
    if len(written) > 1:
        assert invoke("export", "caller.flow.yaml", "--to", target, "-o", "-").code == 2


def test_a_file_of_another_hand_is_not_written_over(hello: Path) -> None:
    (hello / "requirements.txt").write_text("mine\n")
    ran = invoke("export", "hello.flow.yaml", "--to", "prefect")
    assert ran.code == 0 and "`requirements.txt` is there already" in ran.stderr
    assert (hello / "requirements.txt").read_text() == "mine\n"
    invoke("export", "hello.flow.yaml", "--to", "prefect", "-o", "out")
    (hello / "out/requirements.txt").write_text("# hello\nold\n")
    assert invoke("export", "hello.flow.yaml", "--to", "prefect", "-o", "out").code == 0
    assert "old" not in (hello / "out/requirements.txt").read_text()


@pytest.mark.parametrize("target", ["kestra", "prefect"])
def test_what_a_target_cannot_do_is_a_finding_and_nothing_is_written(folder: Path, target: str) -> None:
    (folder / "mail.flow.yaml").write_text(UNSUPPORTED)
    ran = invoke("export", "mail.flow.yaml", "--to", target, "-o", "out")
    assert ran.code == 1 and ran.stdout == "" and "mail.flow.yaml:" in ran.stderr
    assert target in ran.error and files_in(folder) == {"mail.flow.yaml"}


@pytest.mark.parametrize("target", ["kestra", "prefect"])
def test_a_gap_in_a_called_workflow_is_shown_in_its_own_file(folder: Path, target: str) -> None:
    (folder / "mail.flow.yaml").write_text(UNSUPPORTED)
    (folder / "caller.flow.yaml").write_text(
        CALLER.replace("hello, inputs: {who: you}", "mail").partition("outputs")[0]
    )
    ran = invoke("export", "caller.flow.yaml", "--to", target, "-o", "out")
    assert ran.code == 1 and "--> mail.flow.yaml:5" in ran.stderr.replace("./", "")


def test_a_workflow_that_is_not_sound_is_not_exported(folder: Path) -> None:
    (folder / "b.flow.yaml").write_text(HELLO.replace("tasks.greet", "tasks.great"))
    ran = invoke("export", "b.flow.yaml", "--to", "kestra", "-o", "-")
    assert ran.code == 1 and ran.stdout == "" and "did you mean `greet`?" in ran.stderr


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--to", "airflow"], "there is no target `airflow`"),
        (["--to", "kestar"], "there is no target `kestar`"),
        (["--to", "kestra", "--set", "x"], "`--set x` gives no value"),
        (["--to", "kestra", "--set", "x=1"], "`kestra` has no setting `x`"),
        ([], "missing option '--to'"),
    ],
)
def test_wrong_usage_exits_2(hello: Path, words: list[str], error: str) -> None:
    ran = invoke("export", "hello.flow.yaml", *words)
    assert ran.code == 2 and ran.stdout == "" and ran.error == error
    assert files_in(hello) == {"hello.flow.yaml"}


def test_the_local_executor_has_no_files(hello: Path) -> None:
    ran = invoke("export", "hello.flow.yaml", "--to", "local")
    assert ran.code == 1 and ran.error and files_in(hello) == {"hello.flow.yaml"}
