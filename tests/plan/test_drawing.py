"""The graph of a workflow shows every task once, nested as the document nests it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import overture
from overture.cli.loading import load
from overture.plan.drawing.model import Drawing, drawing
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


@pytest.mark.parametrize("path", CASES[::4], ids=lambda path: path.parent.name)
def test_the_svg_is_well_formed_and_no_label_leaves_its_box(path: Path) -> None:
    drawn, _ = _drawn(path)
    root = ET.fromstring(as_svg(drawn))
    space = "{http://www.w3.org/2000/svg}"
    for group in root.iter(f"{space}g"):
        box = group.find(f"{space}rect")
        if box is None:
            continue
        for text in group.findall(f"{space}text"):
            assert float(text.get("x", "0")) + len(text.text or "") * 7.2 <= float(box.get("width", "0")) + 0.1


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


def test_hostile_text_cannot_leave_the_drawing() -> None:
    from overture.plan.drawing.model import Block, Node

    node = Node("a", "log", '"]; </text><script>\x1b[31m\n-->', ())
    drawn = Drawing("x", ("by hand",), (("tasks", Block((node,))),))
    assert "<script>" not in as_svg(drawn)
    assert "\x1b" not in as_text(drawn)
    assert '"];' not in as_mermaid(drawn)
