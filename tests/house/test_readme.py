"""What the README says is what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import overture
from overture.cli.program import COMMANDS, program

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_help_in_the_readme_is_the_programs() -> None:
    shown = re.search(r"<!-- help -->\n```\n(.*?)```\n<!-- /help -->", README, re.DOTALL)
    assert shown is not None
    printed = CliRunner().invoke(program, ["--help"], prog_name="overture", terminal_width=100).output
    assert shown[1] == printed, "replace the text between the help marks of README.md by what `overture --help` prints"


def test_every_workflow_in_the_readme_passes_the_check() -> None:
    workflows = re.findall(r"```yaml\n(overture: 1\n.*?)```", README, re.DOTALL)
    assert workflows
    for text in workflows:
        assert overture.check(text).diagnostics == ()


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_in_the_readme_leads_somewhere(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_command_that_is_listed_loads() -> None:
    for name in COMMANDS:
        assert CliRunner().invoke(program, [name, "--help"]).exit_code == 0
