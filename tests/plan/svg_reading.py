"""An SVG of a workflow, read back as geometry: boxes, texts, edges, all in the drawing's own pixels."""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field

SPACE = "{http://www.w3.org/2000/svg}"


@dataclass(eq=False)
class Box:
    left: float
    top: float
    right: float
    bottom: float
    classes: tuple[str, ...] = ()
    task: str | None = None
    parent: Box | None = None
    children: list[Box] = field(default_factory=list)

    def overlaps(self, other: Box, tolerance: float = 0.2) -> bool:
        across = self.left < other.right - tolerance and other.left < self.right - tolerance
        return across and self.top < other.bottom - tolerance and other.top < self.bottom - tolerance

    def holds(self, other: Box, tolerance: float = 0.2) -> bool:
        across = self.left <= other.left + tolerance and other.right <= self.right + tolerance
        return across and self.top <= other.top + tolerance and other.bottom <= self.bottom + tolerance

    def surrounding(self) -> Iterator[Box]:
        box: Box | None = self
        while box is not None:
            yield box
            box = box.parent


@dataclass
class Text:
    text: str
    area: Box
    classes: tuple[str, ...]
    box: Box


@dataclass
class Edge:
    points: list[tuple[float, float]]
    box: Box


@dataclass
class Picture:
    paper: Box
    boxes: list[Box]
    texts: list[Text]
    edges: list[Edge]
    style: str


def read(svg: str) -> Picture:
    root = ET.fromstring(svg)
    paper = Box(0, 0, float(root.get("width", "0")), float(root.get("height", "0")), ("paper",))
    found = Picture(paper, [], [], [], root.findtext(f"{SPACE}style") or "")
    _walk(root, 0.0, 0.0, paper, found)
    return found


def _walk(element: ET.Element, x: float, y: float, box: Box, found: Picture) -> None:
    if moved := re.fullmatch(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", "")):
        x, y = x + float(moved[1]), y + float(moved[2])
    classes = tuple(element.get("class", "").split())
    for child in element:
        kinds = tuple(child.get("class", "").split())
        if child.tag == f"{SPACE}rect" and {"card", "well"}.intersection(kinds):
            width, height = float(child.get("width", "0")), float(child.get("height", "0"))
            task = element.get("data-task") if "task" in classes else None
            box = Box(x, y, x + width, y + height, kinds, task, box)
            assert box.parent is not None
            box.parent.children.append(box)
            found.boxes.append(box)
        elif child.tag == f"{SPACE}text":
            found.texts.append(_text(child, x, y, kinds, box))
        elif child.tag == f"{SPACE}path" and "edge" in kinds:
            found.edges.append(Edge([(x + a, y + b) for a, b in _points(child.get("d", ""))], box))
        else:
            _walk(child, x, y, box, found)


def _text(element: ET.Element, x: float, y: float, classes: tuple[str, ...], box: Box) -> Text:
    text, scale = element.text or "", 16 / 12 if "name" in classes else 1.0
    width = float(element.get("textLength", "0")) or sum(map(_width, text)) * scale
    left, baseline = x + float(element.get("x", "0")), y + float(element.get("y", "0"))
    return Text(text, Box(left, baseline - 9.5 * scale, left + width, baseline + 3 * scale), classes, box)


def _width(char: str) -> float:
    """In 12 px: 0.602 em in the widest of the usual monospace faces, one em for what East Asian fonts hold."""
    if unicodedata.combining(char):
        return 0.0
    return 12.0 if unicodedata.east_asian_width(char) in "WF" else 0.602 * 12


def _points(path: str) -> list[tuple[float, float]]:
    """Points on a path of M, L and Q, at most two pixels apart."""
    found: list[tuple[float, float]] = []
    for command, numbers in re.findall(r"([MLQ])([^MLQ]*)", path):
        values = [float(each) for each in numbers.split()]
        ends = list(zip(values[::2], values[1::2], strict=True))
        if command == "M":
            found += ends
            continue
        (x0, y0), (x1, y1), (x2, y2) = found[-1], ends[0], ends[-1]
        count = int(max(abs(x2 - x0), abs(y2 - y0)) / 2) + 1
        for step in range(1, count + 1):
            t = step / count
            if command == "L":
                found.append((x0 + (x2 - x0) * t, y0 + (y2 - y0) * t))
            else:
                a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
                found.append((a * x0 + b * x1 + c * x2, a * y0 + b * y1 + c * y2))
    return found


def faults(picture: Picture) -> list[str]:
    """What would not be readable: a text outside its box or under something, boxes that overlap, an edge behind one."""
    found: list[str] = []
    for box in picture.boxes:
        assert box.parent is not None
        if not box.parent.holds(box):
            found.append(f"{box} leaves its box")
    for parent in (picture.paper, *picture.boxes):
        for place, box in enumerate(parent.children):
            found += [f"{box} and {other} overlap" for other in parent.children[:place] if box.overlaps(other)]
    by_box: dict[int, list[Text]] = {}
    for text in picture.texts:
        beside = by_box.setdefault(id(text.box), [])
        if not text.box.holds(text.area):
            found.append(f"`{text.text}` leaves its box")
        found += [f"`{text.text}` and `{other.text}` overlap" for other in beside if text.area.overlaps(other.area)]
        found += [f"`{text.text}` lies under a box" for box in text.box.children if box.overlaps(text.area)]
        beside.append(text)
    for edge in picture.edges:
        around = list(edge.box.surrounding())
        for x, y in edge.points:
            point = Box(x - 0.5, y - 0.5, x + 0.5, y + 0.5)
            if not edge.box.holds(point, 1.0):
                found.append(f"an edge leaves its box at {x}, {y}")
            for each in around:
                found += [
                    f"an edge crosses `{text.text}`" for text in by_box.get(id(each), ()) if text.area.overlaps(point)
                ]
            for box in edge.box.children:
                if box.left + 0.8 < x < box.right - 0.8 and box.top + 0.8 < y < box.bottom - 0.8:
                    found.append(f"an edge is behind {box.task or box.classes} at {x}, {y}")
    return found
