"""What a good engineer writes for a request is let through without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from overture.checks import check
from overture.language.reading import Reading, read_file

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.flow.yaml"))


def beside() -> dict[str, Reading]:
    readings = [read_file(str(path)) for path in FILES]
    return {each.workflow.name: each for each in readings if each.workflow is not None}


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_a_sound_workflow_has_no_error_and_no_warning(path: Path) -> None:
    findings = check(read_file(str(path)), beside().get).diagnostics
    assert [(each.at.line, each.rule, each.message) for each in findings if each.severity != "info"] == []


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_each_file_says_which_request_it_answers(path: Path) -> None:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    is_our_own = first.startswith("# request: our own (") and first.endswith(")")
    is_found = first.startswith("# request: https://github.com/") and first.endswith((" (MIT)", " (Apache-2.0)"))
    assert is_our_own or is_found
