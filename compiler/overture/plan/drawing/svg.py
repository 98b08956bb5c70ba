"""A drawing as SVG: blocks are boxes in boxes, time runs downwards.

Each block is laid out by itself, innermost first, and is then one box of its size to the block round it. A block wider
than a page is folded (folding.py); one that no folding makes readable is listed, each task with the names of those it
follows. Light and dark by the reader's preference; nothing in the file is executed or fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from overture.plan.drawing.arrangement import GAP_X_PX, GAP_Y_PX, arranged, beside
from overture.plan.drawing.colours import stylesheet
from overture.plan.drawing.folding import Beside, Fold, depth, folded
from overture.plan.drawing.lettering import LINE_PX, number, shortened, text_element, width_px
from overture.plan.drawing.model import Block, Drawing, Node
from overture.plan.drawing.shapes import PAD_PX, Line, Shape, arrow, box, frame, line, wrapped, written
from overture.plan.drawing.symbols import symbol

_PAGE_PX = 1800.0  # a row wider than this is folded or broken
_MOST_EDGES = 300  # of a folded block; beyond, lines are a web that says nothing, and the layout takes seconds
_WIDEST_PX = 8000.0
_DEEPEST = 40
_LOOP_PX = 26.0
_FORK_PX = 10.0
_NEAR_PX = 40.0  # a line so close to that to a case would look like a slip
_TRUNK_PX, _DROP_PX = 18.0, 16.0
_LEAST_TITLE_PX = 280.0
_HANDLER_STYLES = {"on failure": "end", "finally": "soft"}


def as_svg(drawing: Drawing) -> str:
    """The whole drawing as one SVG document."""
    (title, body), *handlers = [(title, _block(block)) for title, block in drawing.parts]
    starts = _starts(drawing.starts)
    frames = [frame([Line(name, f"id {_HANDLER_STYLES[name]}")], shape) for name, shape in handlers]
    is_one_row = sum(each.width + GAP_X_PX for each in frames) <= max(_PAGE_PX, body.width)
    below = sum(each.width for each in frames) + GAP_X_PX * (len(frames) - 1) if is_one_row else 0.0
    tasks = frame(
        [Line(title, "id soft")], body, least_px=max(below, starts.width, *(each.width for each in frames), 0.0)
    )
    heading = _heading(drawing, max(tasks.width, 480.0))
    parts: list[str] = [heading.at(PAD_PX, PAD_PX)]
    y = PAD_PX + heading.height
    parts += [starts.at(PAD_PX, y)]
    middle = PAD_PX + starts.width / 2
    parts.append(arrow([(middle, y + starts.height), (middle, y + starts.height + GAP_Y_PX)]))
    y += starts.height + GAP_Y_PX
    parts.append(tasks.at(PAD_PX, y))
    y += tasks.height
    x, bottom, above = PAD_PX, y, tasks.width
    for (name, _), each in zip(handlers, frames, strict=True):
        if is_one_row:
            parts.append(arrow([(x + each.width / 2, y), (x + each.width / 2, y + GAP_Y_PX)], _edge_style(name)))
            parts.append(each.at(x, y + GAP_Y_PX))
            x += each.width + GAP_X_PX
            bottom = max(bottom, y + GAP_Y_PX + each.height)
        else:
            middle = x + min(each.width, above) / 2
            parts.append(arrow([(middle, bottom), (middle, bottom + GAP_Y_PX)], _edge_style(name)))
            parts.append(each.at(x, bottom + GAP_Y_PX))
            bottom, above = bottom + GAP_Y_PX + each.height, each.width
    width, height = number(max(tasks.width, heading.width) + 2 * PAD_PX), number(bottom + PAD_PX)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="overture" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(drawing.name)}"><style>{stylesheet()}</style>'
        f'<rect class="paper" width="{width}" height="{height}"/>{"".join(parts)}</svg>\n'
    )


def _edge_style(name: str) -> str:
    return "handling catching" if name == "on failure" else ""


def _heading(drawing: Drawing, width_px_: float) -> Shape:
    name = shortened(drawing.name, width_px_ * 12 / 16)
    described = wrapped(drawing.description, "soft", 3, width_px_)
    body = text_element(0, 16, name, "name", scale=16 / 12) + written(described, 0, 24)
    width = max([width_px(name) * 16 / 12, *(width_px(each.text) for each in described)])
    return Shape(width, 24 + LINE_PX * len(described) + PAD_PX, body)


def _starts(starts: Sequence[str]) -> Shape:
    """What starts the workflow, as one box."""
    texts = [text for each in starts for text in wrapped(each, "", 2, 560.0)]
    indent = PAD_PX + 16 + 8
    width = indent + max(width_px(text.text) for text in texts) + PAD_PX
    height = LINE_PX * len(texts) + PAD_PX
    body = (
        f'<rect class="well" width="{number(width)}" height="{number(height)}" rx="{number(min(height / 2, 15))}"/>'
        f"{symbol('start', 'flow', PAD_PX, PAD_PX / 2 + 0.5)}{written(texts, indent, PAD_PX / 2)}"
    )
    return Shape(width, height, body)


def _node(node: Node, follows: Sequence[str] = ()) -> Shape:
    """A task with its blocks; `follows`: the names it says it runs after, where no edge says so."""
    said = " · ".join((node.kind, *node.marks))
    texts = wrapped(said, "soft", 2) + wrapped(node.detail, "", 2)
    if node.when is not None:
        texts += wrapped(f"when {node.when}", "condition", 2)
    if follows:
        texts += wrapped(f"after {', '.join(follows)}", "soft", 2)
    tip = "\n".join(each for each in (node.id, said, node.detail, f"when {node.when}" if node.when else "") if each)
    inner = _blocks(node) if node.blocks else None
    return box(node.id, node.kind, texts, tip, node.is_guarded, inner)


def _blocks(node: Node) -> Shape:
    """The blocks inside a task, so that one sees what they are: cases hang on a line from above, a loop has an arrow
    back to its start, a line of dashes leads to `catch`."""
    frames = [_titled(title, _block(block)) for title, block in node.blocks]
    if node.kind == "branch":
        return _cases(frames)
    if node.kind in ("foreach", "repeat"):
        (only,) = frames
        right, bottom = only.width + _LOOP_PX - 10, only.height - 18
        back = arrow([(only.width, bottom), (right, bottom), (right, 18), (only.width, 18)])
        return Shape(only.width + _LOOP_PX, only.height, only.at(0, 0) + back)
    return _tried(frames)


def _titled(title: str, inner: Shape) -> Shape:
    return frame(wrapped(title, "condition", 3, max(inner.width, _LEAST_TITLE_PX)), inner)


def _cases(frames: Sequence[Shape]) -> Shape:
    """In rows, each row under a line with an arrow to each case; the lines of several rows hang on one at the left."""
    rows: list[list[Shape]] = [[]]
    for each in frames:
        if rows[-1] and sum(one.width + GAP_X_PX for one in rows[-1]) + each.width > _PAGE_PX:
            rows.append([])
        rows[-1].append(each)
    indent = 16.0 if len(rows) > 1 else 0.0
    parts: list[str] = []
    y = width = 0.0
    for row in rows:
        x, middles = indent, []
        for each in row:
            middles.append(x + each.width / 2)
            parts.append(each.at(x, y + _TRUNK_PX + _DROP_PX))
            x += each.width + GAP_X_PX
        width = max(width, x - GAP_X_PX)
        centre = (middles[0] + middles[-1]) / 2
        nearest = min(middles, key=lambda middle: abs(middle - centre))
        trunk = indent / 2 if indent else nearest if abs(nearest - centre) < _NEAR_PX else centre
        parts.append(line([(trunk, _FORK_PX), (trunk, y + _TRUNK_PX)]))
        if len(row) > 1 or indent:
            parts.append(line([(min(trunk, middles[0]), y + _TRUNK_PX), (middles[-1], y + _TRUNK_PX)]))
        parts += [arrow([(middle, y + _TRUNK_PX), (middle, y + _TRUNK_PX + _DROP_PX)]) for middle in middles]
        y += _TRUNK_PX + _DROP_PX + max(each.height for each in row) + GAP_X_PX / 2
    x = indent / 2 if indent else trunk
    half = _FORK_PX / 2
    fork = f"M{number(x)} 0l{half:g} {half:g}l-{half:g} {half:g}l-{half:g} -{half:g}z"
    return Shape(width, y - GAP_X_PX / 2, "".join([*parts, f'<path class="sign flow" d="{fork}"/>']))


def _tried(frames: Sequence[Shape]) -> Shape:
    if len(frames) == 1:
        return frames[0]
    first, second = frames
    if first.width + second.width > _PAGE_PX:
        y = first.height + GAP_Y_PX
        x = min(first.width, second.width) / 2
        down = arrow([(x, first.height), (x, y)], "handling catching")
        return Shape(max(first.width, second.width), y + second.height, first.at(0, 0) + second.at(0, y) + down)
    x = first.width + GAP_Y_PX
    across = arrow([(first.width, 16), (x, 16)], "handling catching")
    return Shape(x + second.width, max(first.height, second.height), first.at(0, 0) + second.at(x, 0) + across)


def _block(block: Block) -> Shape:
    numbers = {node.id: place for place, node in enumerate(block.nodes)}
    edges = [(numbers[need], numbers[node.id]) for node in block.nodes for need in node.needs]
    shapes = [_node(node) for node in block.nodes]
    if not edges:
        return _beside(shapes)
    if _widest_row(shapes, edges) <= _PAGE_PX:
        return _joined(shapes, edges) or _listed(block, edges)
    parts, left = folded(len(shapes), edges)
    if len(left) <= _MOST_EDGES and max(map(depth, parts)) <= _DEEPEST:
        drawn = [_fold(part, shapes) for part in parts]
        if _widest_row(drawn, left) <= _WIDEST_PX and (found := _joined(drawn, left)):
            return found
    return _listed(block, edges)


def _fold(part: Fold, shapes: Sequence[Shape]) -> Shape:
    if isinstance(part, int):
        return shapes[part]
    members = [_fold(each, shapes) for each in part.members]
    if isinstance(part, Beside):
        return frame([Line(f"{len(members)} side by side", "soft")], _beside(members))
    row = _joined(members, [(place, place + 1) for place in range(len(members) - 1)])
    assert row is not None, "a chain has no box beside its way"
    return row


def _beside(shapes: Sequence[Shape]) -> Shape:
    placed = beside([(each.width, each.height) for each in shapes], _PAGE_PX)
    body = "".join(each.at(x, y) for each, (x, y) in zip(shapes, placed.places, strict=True))
    return Shape(placed.width, placed.height, body)


def _joined(shapes: Sequence[Shape], edges: Sequence[tuple[int, int]]) -> Shape | None:
    placed = arranged([(each.width, each.height) for each in shapes], edges)
    if placed is None:
        return None
    lines = "".join(arrow(route) for route in placed.routes)
    boxes = "".join(each.at(x, y) for each, (x, y) in zip(shapes, placed.places, strict=True))
    return Shape(placed.width, placed.height, lines + boxes)


def _listed(block: Block, edges: Sequence[tuple[int, int]]) -> Shape:
    """The tasks in the order in which they may run, each with those it follows in words."""
    found: list[Shape] = []
    for row in _rows(len(block.nodes), edges):
        nodes = [block.nodes[place] for place in row]
        found.append(_beside([_node(node, node.needs) for node in nodes]))
    y, parts = 0.0, []
    for each in found:
        parts.append(each.at(0, y))
        y += each.height + 2 * GAP_Y_PX
    return Shape(max(each.width for each in found), y - 2 * GAP_Y_PX, "".join(parts))


def _rows(count: int, edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The boxes by the length of the longest way to them."""
    after: dict[int, list[int]] = {}
    waiting, level = [0] * count, [0] * count
    for first, second in edges:
        after.setdefault(first, []).append(second)
        waiting[second] += 1
    ready = [place for place in range(count) if not waiting[place]]
    for place in ready:
        for follower in after.get(place, ()):
            level[follower] = max(level[follower], level[place] + 1)
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    rows: list[list[int]] = [[] for _ in range(max(level) + 1)]
    for place in range(count):
        rows[level[place]].append(place)
    return rows


def _widest_row(shapes: Sequence[Shape], edges: Sequence[tuple[int, int]]) -> float:
    def widths() -> Iterator[float]:
        for row in _rows(len(shapes), edges):
            yield sum(shapes[place].width + GAP_X_PX for place in row) - GAP_X_PX

    return max(widths())
