"""The shapes of a drawing: boxes with texts, frames round blocks, arrows. Each is drawn at its own origin and put in
its place by what holds it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from overture.plan.drawing.arrangement import Point
from overture.plan.drawing.colours import FAMILY
from overture.plan.drawing.lettering import LINE_PX, lines, number, text_element, width_px
from overture.plan.drawing.symbols import symbol

PAD_PX = 12.0
_BAR_PX = 4.0
_LONGEST_PX = 300.0  # of a line in a box: forty characters
_SYMBOL_PX = 16.0
_CORNER_PX = 7.0
_HEAD_PX = 7.0


@dataclass(frozen=True, slots=True)
class Shape:
    """`body`: SVG, at the origin."""

    width: float
    height: float
    body: str

    def at(self, x: float, y: float) -> str:
        return f'<g transform="translate({number(x)},{number(y)})">{self.body}</g>'


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `full` is what it was before it was shortened."""

    text: str
    style: str
    full: str = ""


def wrapped(text: str, style: str, most: int, limit_px: float = _LONGEST_PX) -> list[Line]:
    return [Line(line, style, text) for line in lines(text, limit_px, most)] if text else []


def written(found: Iterable[Line], x: float, y: float) -> str:
    """Lines one below the other, the first one's upper edge at y."""
    return "".join(
        text_element(x, y + LINE_PX * (place + 0.75), line.text, line.style, line.full)
        for place, line in enumerate(found)
    )


def box(id: str, kind: str, texts: Sequence[Line], tip: str, is_guarded: bool, inner: Shape | None = None) -> Shape:
    """A task: a bar and a sign in the colour of its family, its id, its texts, and below them what is inside it."""
    family = FAMILY[kind]
    indent = _BAR_PX + PAD_PX
    id_at = indent + _SYMBOL_PX + 7
    right = max([id_at + width_px(id), *(indent + width_px(line.text) for line in texts)])
    width, height = right + PAD_PX, LINE_PX * (len(texts) + 1) + PAD_PX
    body = ""
    if inner is not None:
        width = max(width, indent + inner.width + PAD_PX)
        body = inner.at(indent + (width - indent - PAD_PX - inner.width) / 2, height)
        height += inner.height + PAD_PX
    style = "card guarded" if is_guarded else "card"
    return Shape(
        width,
        height,
        f'<g class="task" data-task="{escape(id)}"><title>{escape(tip)}</title>'
        f'<rect class="{style}" width="{number(width)}" height="{number(height)}" rx="5"/>'
        f'<rect class="bar {family}" width="{_BAR_PX:g}" height="{number(height)}" rx="2"/>'
        f"{symbol(kind, family, indent, PAD_PX / 2)}"
        f"{text_element(id_at, PAD_PX / 2 + LINE_PX * 0.75, id, 'id')}"
        f"{written(texts, indent, PAD_PX / 2 + LINE_PX)}{body}</g>",
    )


def frame(title: Sequence[Line], inner: Shape, least_px: float = 0.0) -> Shape:
    """What belongs together, with its title."""
    width = max([least_px, inner.width + 2 * PAD_PX, *(width_px(line.text) + 2 * PAD_PX for line in title)])
    top = LINE_PX * len(title) + PAD_PX + 4
    height = top + inner.height + PAD_PX
    body = (
        f'<rect class="well" width="{number(width)}" height="{number(height)}" rx="7"/>'
        f"{written(title, PAD_PX, PAD_PX / 2)}{inner.at((width - inner.width) / 2, top)}"
    )
    return Shape(width, height, body)


def arrow(route: Sequence[Point], style: str = "") -> str:
    """A line with round corners and a head at its end."""
    points = [point for place, point in enumerate(route) if place == 0 or point != route[place - 1]]
    (x, y), (before_x, before_y) = points[-1], points[-2]
    length = math.hypot(x - before_x, y - before_y)
    along_x, along_y = (x - before_x) / length, (y - before_y) / length
    back = min(_HEAD_PX, length)
    base = (x - along_x * back, y - along_y * back)
    half = _HEAD_PX / 2
    head = (
        f"M{number(x)} {number(y)}L{number(base[0] - along_y * half)} {number(base[1] + along_x * half)}"
        f"L{number(base[0] + along_y * half)} {number(base[1] - along_x * half)}z"
    )
    return f'<path class="edge {style}" d="{_path([*points[:-1], base])}"/><path class="head {style}" d="{head}"/>'


def line(route: Sequence[Point], style: str = "") -> str:
    return f'<path class="edge {style}" d="{_path(route)}"/>'


def _path(points: Sequence[Point]) -> str:
    found = [f"M{number(points[0][0])} {number(points[0][1])}"]
    for place in range(1, len(points) - 1):
        (x0, y0), (x1, y1), (x2, y2) = points[place - 1 : place + 2]
        first, second = math.hypot(x1 - x0, y1 - y0), math.hypot(x2 - x1, y2 - y1)
        cut = min(_CORNER_PX, first / 2, second / 2)
        if cut < 0.1:
            found.append(f"L{number(x1)} {number(y1)}")
            continue
        start = (x1 - (x1 - x0) / first * cut, y1 - (y1 - y0) / first * cut)
        end = (x1 + (x2 - x1) / second * cut, y1 + (y2 - y1) / second * cut)
        found.append(
            f"L{number(start[0])} {number(start[1])}Q{number(x1)} {number(y1)} {number(end[0])} {number(end[1])}"
        )
    found.append(f"L{number(points[-1][0])} {number(points[-1][1])}")
    return "".join(found)
