"""A drawing as SVG: blocks are boxes in boxes, time runs downwards.

Within a block a task stands one row below the lowest of those it needs; tasks of one row stand side by side. Sizes come
from the texts: a label is never cut by its box, it is shortened first. Light and dark by the reader's preference.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from overture.plan.drawing.model import Block, Drawing, Node
from overture.plan.drawing.text import shortened

_CHAR = 7.3  # pixels a character of 12 px monospace takes, rounded up
_LINE = 17.0
_PAD = 10.0
_GAP_X, _GAP_Y = 26.0, 30.0
_STYLE = """
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1b1f24}
.paper{fill:#fff;stroke:none}.soft{fill:#57606a}.id{font-weight:700}
rect{fill:#f6f8fa;stroke:#8c959f}.block{fill:#eaeef2;stroke-dasharray:4 3}.part{fill:none}
.edge{fill:none;stroke:#8c959f;stroke-width:1.4}.guarded{stroke-dasharray:5 4}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}.paper{fill:#0d1117}rect{fill:#161b22;stroke:#656c76}
.block{fill:#1c2330}.part{fill:none}.edge{stroke:#656c76}}
"""  # plain colours, no custom properties: not every program that shows SVG knows them


@dataclass(frozen=True, slots=True)
class _Shape:
    width: float
    height: float
    body: str  # drawn at the origin


def as_svg(drawing: Drawing) -> str:
    """The whole drawing as one SVG document."""
    heading = [drawing.name, *(f"starts: {each}" for each in drawing.starts)]
    parts = [_framed(title, _block(block), "part") for title, block in drawing.parts]
    y = _PAD + _LINE * len(heading) + _PAD
    lines = [
        _text(_PAD, _PAD + _LINE * (number + 0.75), text, "id" if number == 0 else "soft")
        for number, text in enumerate(heading)
    ]
    for part in parts:
        lines.append(f'<g transform="translate({_PAD:g},{y:g})">{part.body}</g>')
        y += part.height + _GAP_Y
    width = max([part.width for part in parts] + [len(text) * _CHAR for text in heading]) + 2 * _PAD
    height = y - _GAP_Y + _PAD
    arrow = (
        '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#8c959f"/></marker>'
    )
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    label = f'role="img" aria-label="{escape(drawing.name)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {label}><style>{_STYLE}</style><defs>{arrow}</defs>'
    return f"{head}{''.join(lines)}</svg>\n"


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{style}">{escape(text)}</text>'


def _framed(title: str, inner: _Shape, style: str) -> _Shape:
    title = shortened(title, 80)
    width = max(inner.width + 2 * _PAD, len(title) * _CHAR + 2 * _PAD)
    height = inner.height + _LINE + 2 * _PAD
    body = (
        f'<rect class="{style}" width="{width:g}" height="{height:g}" rx="6"/>'
        f"{_text(_PAD, _LINE - 2, title, 'soft')}"
        f'<g transform="translate({(width - inner.width) / 2:g},{_LINE + _PAD:g})">{inner.body}</g>'
    )
    return _Shape(width, height, body)


def _node(node: Node) -> _Shape:
    title = f"{node.id}{'?' if node.is_guarded else ''}"
    lines = [(title, "id"), (node.kind, "soft"), (shortened(node.detail, 44), "soft")]
    texts = [(text, style) for text, style in lines if text]
    inner = [_framed(name, _block(block), "block") for name, block in node.blocks]
    width = max(
        [len(text) * _CHAR + 2 * _PAD for text, _ in texts]
        + [sum(each.width for each in inner) + _PAD * (len(inner) + 1)]
    )
    top = _LINE * len(texts) + _PAD
    height = top + (max(each.height for each in inner) + _PAD if inner else 0)
    body = [f'<rect width="{width:g}" height="{height:g}" rx="6"/>']
    body += [_text(_PAD, _LINE * (number + 1), text, style) for number, (text, style) in enumerate(texts)]
    x = _PAD
    for each in inner:
        body.append(f'<g transform="translate({x:g},{top:g})">{each.body}</g>')
        x += each.width + _PAD
    return _Shape(width, height, "".join(body))


def _block(block: Block) -> _Shape:
    shapes = {node.id: _node(node) for node in block.nodes}
    rows: dict[str, int] = {}
    for node in _ordered(block):
        rows[node.id] = max((rows[need] + 1 for need in node.needs), default=0)
    lines: list[list[Node]] = [[] for _ in range(max(rows.values(), default=-1) + 1)]
    for node in block.nodes:
        lines[rows[node.id]].append(node)
    widths = [sum(shapes[node.id].width for node in line) + _GAP_X * (len(line) - 1) for line in lines]
    total = max(widths, default=0.0)
    places: dict[str, tuple[float, float]] = {}
    y = 0.0
    for line, width in zip(lines, widths, strict=True):
        x = (total - width) / 2
        for node in line:
            places[node.id] = (x, y)
            x += shapes[node.id].width + _GAP_X
        y += max(shapes[node.id].height for node in line) + _GAP_Y
    edges = [_edge(places, shapes, need, node) for node in block.nodes for need in node.needs]
    boxes = [
        f'<g transform="translate({places[id][0]:g},{places[id][1]:g})">{shape.body}</g>'
        for id, shape in shapes.items()
    ]
    return _Shape(total, max(y - _GAP_Y, 0), "".join(edges) + "".join(boxes))


def _ordered(block: Block) -> list[Node]:
    done: set[str] = set()
    waiting, found = list(block.nodes), []
    while waiting:
        ready = [node for node in waiting if done.issuperset(node.needs)]
        found += ready
        done.update(node.id for node in ready)
        waiting = [node for node in waiting if node.id not in done]
    return found


def _edge(places: dict[str, tuple[float, float]], shapes: dict[str, _Shape], need: str, node: Node) -> str:
    x1 = places[need][0] + shapes[need].width / 2
    y1 = places[need][1] + shapes[need].height
    x2 = places[node.id][0] + shapes[node.id].width / 2
    y2 = places[node.id][1]
    bend = max((y2 - y1) / 2, 8)
    style = "edge guarded" if node.is_guarded else "edge"
    path = f"M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}"
    return f'<path class="{style}" marker-end="url(#arrow)" d="{path}"/>'
