"""`--help` and `--version`: exactly what works is named."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest
from cli_running import invoke, overture

from overture.cli.program import COMMANDS

FLAGS = {
    "compile": "--output --to --planner --model --base-url --name --replay --record --force --format",
    "check": "--format --fix --strict",
    "fmt": "--check",
    "explain": "",
    "plan": "--format",
    "export": "--to --output --set",
    "run": "--input --inputs --trigger --env-file --workspace --allow-host --policy --approve --home --events --format",
    "runs": "--home --format",
    "show": "--home --format",
    "resume": "--home --format",
    "approve": "--yes --no --by --comment --input --home --events --format",
    "graph": "--format",
    "schema": "--form",
    "backends": "--format",
}
"""The flags of the contract, which every release keeps."""


def test_help_lists_exactly_the_commands_that_work() -> None:
    said = invoke("--help").stdout.partition("Commands:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in said.splitlines()] == list(FLAGS)


@pytest.mark.parametrize("name", FLAGS)
def test_each_command_explains_itself_and_has_the_flags_of_the_contract(name: str) -> None:
    ran = invoke(name, "--help")
    assert ran.code == 0 and ran.stderr == ""
    assert ran.stdout.startswith(f"Usage: overture {name}")
    for flag in [*FLAGS[name].split(), "--quiet", "--no-color"]:
        assert flag in ran.stdout


def test_the_line_of_a_command_in_help_is_that_of_its_own_help() -> None:
    assert all(line.endswith(".") and line[0].isupper() for line in COMMANDS.values())
    assert list(COMMANDS) == list(FLAGS)


@pytest.mark.parametrize("name", ["edit", "serve", "cancel", "test", "doctor", "pet"])
def test_a_command_that_is_not_there_is_wrong_usage(name: str) -> None:
    ran = invoke(name)
    assert ran.code == 2 and ran.stdout == ""
    assert ran.error == f"there is no command `{name}`"


def test_a_command_that_is_nearly_one_is_named() -> None:
    assert "did you mean `check`?" in invoke("chek", "x").stderr


def test_an_unknown_flag_is_wrong_usage() -> None:
    ran = invoke("check", "--frmat", "json")
    assert ran.code == 2 and ran.stdout == ""
    assert "--frmat" in ran.error and "overture check --help" in ran.stderr


def test_no_command_at_all_is_wrong_usage_and_shows_help_on_stderr() -> None:
    ran = invoke()
    assert ran.code == 2 and ran.stdout == ""
    assert "Commands:" in ran.stderr


def test_the_version_is_the_one_that_is_installed(tmp_path: Path) -> None:
    assert overture("--version", cwd=tmp_path).stdout == f"overture {version('overture')}\n"
    assert invoke("--version").stdout == f"overture {version('overture')}\n"
