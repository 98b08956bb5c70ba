"""The graph of a workflow shows every task once, nested as the document nests it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import overture
from overture.cli.loading import load
from overture.plan.drawing.model import Block, Drawing, Node, drawing
from overture.plan.drawing.svg import as_svg
from overture.plan.drawing.text import as_dot, as_mermaid, as_text

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*/*.flow.yaml"))


def _drawn(path: Path) -> tuple[Drawing, list[str]]:
    checked = load(str(path)).verdict.checked
    assert checked is not None
    return drawing(checked), [entry.id for entry in checked.analysis.index.entries]


@pytest.mark.parametrize("path", CASES[::4], ids=lambda path: path.parent.name)
def test_every_form_shows_every_task(path: Path) -> None:
    drawn, ids = _drawn(path)
    for text in (as_text(drawn), as_mermaid(drawn), as_dot(drawn), as_svg(drawn)):
        for id in ids:
            assert re.search(rf"\b{id}\b", text)


def test_an_edge_is_drawn_for_each_need_and_no_implied_one() -> None:
    verdict = overture.check(
        "overture: 1\nname: x\ntasks:\n"
        "  - {id: a, kind: log, message: a}\n"
        "  - {id: b, kind: log, message: b, needs: [a]}\n"
        "  - {id: c, kind: log, message: c, needs: [a, b]}\n"
    )
    assert verdict.checked is not None
    edges = re.findall(r"(\w+) --> (\w+)", as_mermaid(drawing(verdict.checked)))
    assert edges == [("a", "b"), ("b", "c")]


def test_a_task_may_have_a_name_that_mermaid_keeps_for_itself() -> None:
    drawn = Drawing("x", (), (("tasks", Block((Node("end", "log", "", ()), Node("b", "log", "", ("end",))))),))
    text = as_mermaid(drawn)
    assert 'End["end · log"]' in text
    assert "End --> b" in text


def test_hostile_text_cannot_leave_the_drawing() -> None:
    node = Node("a", "log", '"]; </text><script>\x1b[31m\n-->', ())
    drawn = Drawing("x", ("by hand",), (("tasks", Block((node,))),))
    assert "<script>" not in as_svg(drawn)
    assert "\x1b" not in as_text(drawn)
    assert '"];' not in as_mermaid(drawn)
