"""What `overture explain FILE` tells of the workflows of the cases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from case_exports import CASES, workflows

from overture.cli.loading import load
from overture.plan.build import plan
from overture.plan.prose import story
from overture.plan.prose.story import WIDTH

STORIES = ["release_aftermath", "issue_triage", "order_routing", "nightly_report", "what_fails_in_a_try_is_caught"]
ALL = [pytest.param(path, id=f"{path.parent.name}-{path.name.partition('.')[0]}") for path in workflows()]


def told(path: Path, width: int = WIDTH) -> str:
    checked = load(str(path)).verdict.checked
    assert checked is not None
    return story(checked, plan(checked).effects, width)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_reads_as_its_golden(name: str, is_updating: bool) -> None:
    (path,) = (CASES / name).glob("*.flow.yaml")
    golden = CASES / name / "explained.txt"
    if is_updating:
        golden.write_text(told(path) + "\n", encoding="utf-8")
    assert told(path) + "\n" == golden.read_text(encoding="utf-8"), "if that is as it should be: make goldens"


@pytest.mark.parametrize("path", ALL)
def test_a_story_names_every_task_secret_host_and_input(path: Path) -> None:
    checked = load(str(path)).verdict.checked
    assert checked is not None
    text, made = told(path, width=100_000), plan(checked)
    wanted = {task.id for task in made.walk() if not task.is_generated} | {each.name for each in made.inputs}
    wanted |= set(made.effects.secrets) | {each.name for each in made.outputs}
    wanted |= {host.host.partition(".")[2] if "." in host.host else host.host for host in made.effects.hosts} - {"*"}
    assert {name for name in wanted if name not in text} == set()
    assert "None" not in text and "  " not in re.sub("\n +", "\n", text)


@pytest.mark.parametrize("path", ALL)
def test_a_story_fits_the_page_wherever_words_can_be_parted(path: Path) -> None:
    assert [line for line in told(path).splitlines() if len(line) > WIDTH and " " in line.strip().lstrip("- ")] == []
