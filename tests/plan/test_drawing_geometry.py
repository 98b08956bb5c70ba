"""A drawing as SVG can be read: nothing is cut, nothing overlaps, no edge passes behind a box, light and dark."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from svg_reading import Picture, faults, read

from overture.cli.loading import load
from overture.language.tasks import KINDS
from overture.plan.drawing.colours import FAMILY
from overture.plan.drawing.model import Block, Drawing, Node, drawing
from overture.plan.drawing.svg import as_svg
from overture.plan.drawing.symbols import SYMBOLS

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*/*.flow.yaml"))


def _drawn(*nodes: Node) -> Drawing:
    return Drawing("generated", ("by hand",), (("tasks", Block(nodes)),))


def _log(number: int, *needs: int, detail: str = "says something") -> Node:
    return Node(f"task_{number}", "log", detail, tuple(f"task_{need}" for need in needs))


def _checked(drawn: Drawing, count: int) -> Picture:
    picture = read(as_svg(drawn))
    assert not faults(picture)
    tasks = [box.task for box in picture.boxes if box.task]
    assert len(tasks) == len(set(tasks)) == count
    return picture


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_every_case_can_be_read(path: Path) -> None:
    checked = load(str(path)).verdict.checked
    assert checked is not None
    picture = _checked(drawing(checked), len(checked.analysis.index.entries))
    assert {box.task for box in picture.boxes if box.task} == {entry.id for entry in checked.analysis.index.entries}


def test_five_tasks_are_a_short_column() -> None:
    picture = _checked(_drawn(_log(0), *(_log(number, number - 1) for number in range(1, 5))), 5)
    tasks = [box for box in picture.boxes if box.task]
    assert all(above.bottom < below.top for above, below in pairwise(tasks))


def test_a_chain_of_two_hundred_is_set_in_columns() -> None:
    picture = _checked(_drawn(_log(0), *(_log(number, number - 1) for number in range(1, 200))), 200)
    assert picture.paper.bottom < 4000 and picture.paper.right < 4000
    assert len(picture.edges) == 200  # and the one from what starts it


def test_two_hundred_side_by_side_fit_a_page() -> None:
    middle = [_log(number, 0) for number in range(1, 199)]
    picture = _checked(_drawn(_log(0), *middle, _log(199, *range(1, 199))), 200)
    assert picture.paper.right < 2000
    assert len(picture.edges) == 3  # to the group and from it, and from what starts it
    assert "198 side by side" in {text.text for text in picture.texts}


def test_chains_side_by_side_are_folded_as_chains() -> None:
    chains = [_log(number, *([number - 1] if number % 5 else [])) for number in range(200)]
    picture = _checked(_drawn(*chains), 200)
    assert picture.paper.right < 2000
    assert len(picture.edges) == 40 * 4 + 1


def test_a_web_that_no_lines_can_show_says_what_each_task_follows() -> None:
    rand = random.Random(7)
    web = [_log(number, *sorted(rand.sample(range(60), 12)) if number >= 60 else ()) for number in range(200)]
    picture = _checked(_drawn(*web), 200)
    assert picture.paper.right < 2000
    assert sum(text.text.startswith("after task_") for text in picture.texts) == 140


@pytest.mark.parametrize("seed", range(40))
def test_no_edge_of_a_random_graph_passes_behind_a_box(seed: int) -> None:
    rand = random.Random(seed)
    nodes = []
    for number in range(rand.randint(3, 60)):
        before = range(max(0, number - rand.choice([1, 3, 5, 50])), number)
        needs = set(rand.choices(before, k=rand.choice([1, 1, 2, 3]))) if number else set()
        nodes.append(_log(number, *sorted(needs), detail="word " * rand.choice([0, 1, 9, 30])))
    _checked(_drawn(*nodes), len(nodes))


@pytest.mark.parametrize("depth", [1, 4, 20])
def test_blocks_lie_in_blocks(depth: int) -> None:
    inner = Block((_log(0),))
    for level in range(1, depth + 1):
        kind = ("branch", "foreach", "repeat", "try")[level % 4]
        other = Block((_log(1000 + level),))
        titles = {"branch": ("when run.id != ''", "else"), "try": ("try", "catch")}.get(kind, ("each one",))
        blocks = ((titles[0], inner), *((title, other) for title in titles[1:]))
        inner = Block((Node(f"block_{level}", kind, "", (), "run.id != ''", ("4 at once",), blocks),))
    others = sum(level % 4 in (0, 3) for level in range(1, depth + 1))
    picture = _checked(Drawing("deep", ("by hand",), (("tasks", inner),)), depth + 1 + others)
    leaf = next(box for box in picture.boxes if box.task == "task_0")
    assert sum(box.task is not None for box in leaf.surrounding()) == depth + 1


def test_many_cases_stand_in_rows() -> None:
    cases = tuple(
        (f"when inputs.way == 'the way with number {number}'", Block((_log(number),))) for number in range(30)
    )
    picture = _checked(_drawn(Node("route", "branch", "", (), None, (), cases)), 31)
    assert picture.paper.right < 2000


def test_handlers_stand_apart_below_the_tasks() -> None:
    parts = tuple((name, Block((_log(number),))) for number, name in enumerate(("tasks", "on failure", "finally")))
    picture = _checked(Drawing("x", ("webhook", "schedule 0 9 * * * UTC"), parts), 3)
    tasks, failure, finally_ = (box for box in picture.paper.children if any(each.task for each in box.children))
    assert tasks.bottom < min(failure.top, finally_.top)


LABELS = (
    "\u202eright to left",
    "日本語のとても長い題名" * 9,
    "مرحبا بالعالم " * 9,
    "👩‍👩‍👧‍👦" * 20,
    "﷽" * 9,
    "a\u0301\u0302" * 70,
    "W" * 300,
    "𒈙" * 9,
)


@pytest.mark.parametrize("label", LABELS, ids=ascii)
def test_a_label_of_any_script_stays_in_its_box(label: str) -> None:
    node = Node("a", "branch", label, (), label, (label,), ((f"when {label}", Block((_log(1, detail=label),))),))
    picture = _checked(Drawing(label, (label,), (("tasks", Block((node,))),), label), 2)
    assert max(box.right for box in picture.boxes if box.task == "task_1") < 500


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text(), st.text())
def test_any_text_gives_a_document_that_can_be_parsed(name: str, said: str, title: str) -> None:
    from overture.plan.drawing.wording import one_line

    name, said, title = one_line(name), one_line(said), one_line(title)
    node = Node("a", "foreach", said, (), said, (), ((title, Block((_log(1),))),))
    _checked(Drawing(name, (said or "by hand",), (("tasks", Block((node,))),)), 2)


def test_what_is_shortened_is_told_in_full() -> None:
    words = " ".join(f"word{number}" for number in range(60))
    svg = as_svg(_drawn(_log(0, detail=words)))
    assert f"<title>{words}</title>" in svg
    assert "…</" in svg.replace(f"<title>{words}</title>", "")


def test_a_drawing_runs_and_fetches_nothing() -> None:
    node = Node("a", "http", "<script>alert(1)</script> url(https://x.example)", (), "'\"><img onerror=x>")
    svg = as_svg(Drawing("<b>", ("webhook",), (("tasks", Block((node,))),), "&lt;"))
    assert {element for element in re.findall(r"<(\w+)", svg)} <= {"svg", "style", "g", "rect", "path", "text", "title"}
    assert not re.search(r'\son\w+="|href|@import|<style>[^<]*url\(', svg)


def test_every_kind_has_a_sign_and_a_family() -> None:
    assert set(KINDS) == set(FAMILY) == set(SYMBOLS) - {"start"}


def test_each_loop_branch_and_try_can_be_told_by_its_lines() -> None:
    inside = Block((_log(1),))
    plain = len(_checked(_drawn(_log(0)), 1).edges)
    for kind, titles, lines in (
        ("foreach", ("each x",), 1),  # back to the start
        ("repeat", ("until x",), 1),
        ("branch", ("when x", "else"), 4),  # down from the fork, along the cases, one to each
        ("try", ("try", "catch"), 1),  # from what failed
    ):
        blocks = tuple((title, Block((_log(number),))) for number, title in enumerate(titles)) or (("", inside),)
        picture = _checked(_drawn(Node("a", kind, "", (), None, (), blocks)), len(titles) + 1)
        assert len(picture.edges) == plain + lines


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", ["release_aftermath", "order_routing", "what_fails_in_a_try_is_caught"])
def test_texts_stand_out_from_what_they_lie_on(mode: str, name: str) -> None:
    (path,) = (path for path in CASES if path.parent.name == name)
    checked = load(str(path)).verdict.checked
    assert checked is not None
    picture = read(as_svg(drawing(checked)))
    rules = _rules(picture.style, mode)
    assert picture.texts
    for text in picture.texts:
        ink, ground = _fill(rules, "text", text.classes), _fill(rules, "rect", text.box.classes)
        assert _contrast(ink, ground) >= 4.5, (text.text, ink, ground)


def _rules(style: str, mode: str) -> list[tuple[str, str]]:
    light, _, dark = style.partition("@media(prefers-color-scheme:dark){")
    found = re.findall(r"svg\.overture ([^{},]+)\{fill:(#\w{6})", light)
    return found + re.findall(r"svg\.overture ([^{},]+)\{fill:(#\w{6})", dark) if mode == "dark" else found


def _fill(rules: list[tuple[str, str]], tag: str, classes: tuple[str, ...]) -> str:
    """The last of the most particular rules that match, as CSS has it."""
    matching: list[tuple[int, int, str]] = []
    for place, (selector, colour) in enumerate(rules):
        element, *wanted = selector.split(".")
        if element in ("", tag) and set(wanted) <= set(classes):
            matching.append((10 * len(wanted) + bool(element), place, colour))
    return max(matching)[2]


def _contrast(first: str, second: str) -> float:
    """WCAG 2.2, contrast ratio."""
    lights = sorted(map(_luminance, (first, second)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_same_workflow_gives_the_same_bytes_in_any_process() -> None:
    path = next(path for path in CASES if path.parent.name == "release_aftermath")
    program = (
        "from overture.cli.loading import load; from overture.plan.drawing.model import drawing; "
        "from overture.plan.drawing.svg import as_svg; import sys, hashlib; "
        "print(hashlib.sha256(as_svg(drawing(load(sys.argv[1]).verdict.checked)).encode()).hexdigest())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program, str(path)],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


@pytest.mark.parametrize("form", ["text", "mermaid", "dot", "svg"])
def test_only_svg_asks_for_the_layout_library(form: str) -> None:
    program = (
        f"import sys; sys.argv = ['overture', 'graph', {str(CASES[0])!r}, '--format', {form!r}]\n"
        "from overture.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print('loaded' if 'graphlay' in sys.modules else 'not loaded', file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stderr.splitlines()[-1] == ("loaded" if form == "svg" else "not loaded")
