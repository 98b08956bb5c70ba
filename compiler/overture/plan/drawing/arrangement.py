"""Where the boxes of one block stand and which way their edges take: the home of the layout library.

graphlay does the layered layout (Sugiyama's method): layers by network simplex, order by crossings, edges at right
angles round the boxes. It was chosen over fast-sugiyama (knows no sizes of boxes and routes no edges), grandalf (not
kept since 2023, GPL or EPL), igraph (GPL) and Graphviz (a program of its own). It is deterministic, needs nothing else,
and takes text and gives text: replacing it touches this module.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
Size = tuple[float, float]

GAP_X_PX, GAP_Y_PX = 26.0, 34.0
_TALL_PX = 2600.0  # a longer block is laid in columns, as a newspaper is; about what thirty plain tasks take
_ASPECT = 1.6
_MOST_COLUMNS = 40
_BAND_PX = 200.0


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Pixels, from the upper left corner of the whole. `places`: the upper left corner of each box. `routes`: for each
    edge its corners, from border to border."""

    places: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]
    width: float
    height: float


def arranged(sizes: Sequence[Size], edges: Sequence[tuple[int, int]]) -> Arrangement | None:
    """Boxes in layers, each below those it needs. `edges`: (needed, needing) as numbers of boxes, without a cycle.
    None when no try gives a drawing in which every edge keeps clear of every box."""
    if len(sizes) == 1:
        return Arrangement(((0.0, 0.0),), (), *sizes[0])
    for attempt in _ATTEMPTS:
        found = _layered(sizes, edges, attempt, 0.0)
        if found.height > _TALL_PX and _is_clear(wrapped := _layered(sizes, edges, attempt, _ASPECT), sizes):
            return wrapped
        if _is_clear(found, sizes):
            return raised if _is_clear(raised := _raised(found, sizes, edges), sizes) else found
    return None


_ATTEMPTS: tuple[Mapping[str, str], ...] = (
    {"placement": "network_simplex"},
    {"placement": "brandes_koepf"},
    {"placement": "network_simplex", "branch_style": "symmetric"},
)
"""Of 4,000 random graphs the first grazes a box in eight, most by less than a pixel; none was left after the third."""


def _layered(
    sizes: Sequence[Size], edges: Sequence[tuple[int, int]], attempt: Mapping[str, str], aspect: float
) -> Arrangement:
    import graphlay

    graph = graphlay.Graph()
    for width, height in sizes:
        graph.node(width=width, height=height)
    for first, second in edges:
        graph.edge(first, second)
    options = {
        "direction": "topbottom",
        "effort": "fast",
        "spacing": {"layer_gap": GAP_Y_PX, "node_gap": GAP_X_PX, "dummy_gap": 16.0, "isolated_gap": GAP_X_PX},
        "routing": {"merge_edges": "both"},
        "coords": attempt,
        "wrap": {"viewport_aspect": aspect},
        "tuning": {"wrap": {"max_rows": _MOST_COLUMNS}},
    }
    drawn = graphlay.layout(graph, options=options)
    corners = [
        (node["center"]["x"] - width / 2, node["center"]["y"] - height / 2)
        for node, (width, height) in zip(drawn.nodes, sizes, strict=True)
    ]
    routes = [tuple((point["x"], point["y"]) for point in edge["points"]) for edge in drawn.edges]
    ends = [(x + width, y + height) for (x, y), (width, height) in zip(corners, sizes, strict=True)]
    points = [*corners, *ends, *(point for route in routes for point in route)]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    return Arrangement(
        tuple((x - left, y - top) for x, y in corners),
        tuple(tuple((x - left, y - top) for x, y in route) for route in routes),
        max(x for x, _ in points) - left,
        max(y for _, y in points) - top,
    )


def _raised(found: Arrangement, sizes: Sequence[Size], edges: Sequence[tuple[int, int]]) -> Arrangement:
    """The same with the boxes of a layer at its top; the library centres them, which draws a short task far from what
    it follows where a tall one stands beside it."""
    middles = [round(y + height / 2) for (_, y), (_, height) in zip(found.places, sizes, strict=True)]
    tops: dict[int, float] = {}
    for middle, (_, y) in zip(middles, found.places, strict=True):
        tops[middle] = min(y, tops.get(middle, y))
    lifts = [y - tops[middle] for middle, (_, y) in zip(middles, found.places, strict=True)]
    routes: list[tuple[Point, ...]] = []
    for (first, second), route in zip(edges, found.routes, strict=True):
        (x0, y0), *between, (x1, y1) = route
        routes.append(((x0, y0 - lifts[first]), *between, (x1, y1 - lifts[second])))
        upright = between or [(x1, y1)]
        if upright[0][0] != x0 or (between and between[-1][0] != x1):
            return found
    places = tuple((x, y - lift) for (x, y), lift in zip(found.places, lifts, strict=True))
    return Arrangement(places, tuple(routes), found.width, found.height)


def _is_clear(found: Arrangement, sizes: Sequence[Size]) -> bool:
    """Whether no edge enters a box, by the rectangles round its parts. Boxes are looked up by bands of their height,
    so that ten thousand of them take no time."""
    bands: dict[int, list[tuple[float, float, float, float]]] = {}
    for (x, y), (width, height) in zip(found.places, sizes, strict=True):
        for band in range(int(y // _BAND_PX), int((y + height) // _BAND_PX) + 1):
            bands.setdefault(band, []).append((x, y, x + width, y + height))
    for route in found.routes:
        for (x1, y1), (x2, y2) in pairwise(route):
            left, right, top, bottom = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
            for band in range(int(top // _BAND_PX), int(bottom // _BAND_PX) + 1):
                for box in bands.get(band, ()):
                    if left < box[2] - 0.1 and right > box[0] + 0.1 and top < box[3] - 0.1 and bottom > box[1] + 0.1:
                        return False
    return True


def beside(sizes: Sequence[Size], most_px: float) -> Arrangement:
    """Boxes that no edge joins: one row, or where that is too wide columns, each box in the one that is shortest."""
    count = len(sizes)
    if sum(width + GAP_X_PX for width, _ in sizes) - GAP_X_PX > most_px:
        widest = max(width for width, _ in sizes) + GAP_X_PX
        area = sum((width + GAP_X_PX) * (height + GAP_X_PX) for width, height in sizes)
        count = max(1, min(int(most_px // widest), math.ceil(math.sqrt(area * _ASPECT) / widest)))
    heights, widths = [0.0] * count, [0.0] * count
    found: list[tuple[int, float]] = []
    for width, height in sizes:
        column = heights.index(min(heights))
        found.append((column, heights[column]))
        heights[column] += height + GAP_X_PX
        widths[column] = max(widths[column], width)
    lefts = [sum(widths[:column]) + GAP_X_PX * column for column in range(count)]
    places = tuple((lefts[column], y) for column, y in found)
    return Arrangement(places, (), lefts[-1] + widths[-1], max(heights) - GAP_X_PX)
