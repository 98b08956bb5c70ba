"""A drawing as text (a tree), as Mermaid, as DOT."""

from __future__ import annotations

from collections.abc import Iterator

from overture.plan.drawing.model import Block, Drawing, Node
from overture.plan.drawing.wording import one_line

_LONGEST = 60


def as_text(drawing: Drawing) -> str:
    """A tree: tasks in order, blocks inside, `after` where a task does not just follow the one above it."""
    lines = [drawing.name, *(f"  starts: {each}" for each in drawing.starts)]
    for title, block in drawing.parts:
        lines += [f"  {title}", *_lines(block, "    ")]
    return "\n".join(lines)


def _lines(block: Block, indent: str) -> Iterator[str]:
    previous: tuple[str, ...] = ()
    for number, node in enumerate(block.nodes):
        last = number == len(block.nodes) - 1
        mark, bar = ("└─ ", "   ") if last else ("├─ ", "│  ")
        order = (
            "" if node.needs == previous else f"  (after {', '.join(node.needs)})" if node.needs else "  (at the start)"
        )
        guard = "?" if node.is_guarded else ""
        yield f"{indent}{mark}{node.id}{guard} [{node.kind}] {shortened(node.detail)}".rstrip() + order
        for title, inner in node.blocks:
            yield f"{indent}{bar}  {shortened(title)}:"
            yield from _lines(inner, f"{indent}{bar}    ")
        previous = (node.id,)


def shortened(text: str, longest: int = _LONGEST) -> str:
    """One line of at most so many characters; control characters are shown, not sent."""
    text = one_line(text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def as_mermaid(drawing: Drawing) -> str:
    lines = ["flowchart TD"]
    for number, (title, block) in enumerate(drawing.parts):
        lines += [f'  subgraph part{number}["{_mermaid(title)}"]', *_mermaid_lines(block, "    "), "  end"]
    return "\n".join(lines)


_RESERVED = frozenset(("call", "class", "click", "default", "end", "flowchart", "graph", "href", "style", "subgraph"))


def _mermaid_id(id: str) -> str:
    """Mermaid reads `end` as the end of a subgraph wherever it stands; no id of ours has a capital letter."""
    return id.capitalize() if id in _RESERVED else id


def _mermaid_lines(block: Block, indent: str) -> Iterator[str]:
    for node in block.nodes:
        id = _mermaid_id(node.id)
        if node.blocks:
            yield f'{indent}subgraph {id}["{_mermaid(node.id)} · {node.kind}"]'
            for number, (title, inner) in enumerate(node.blocks):
                yield f'{indent}  subgraph {id}__{number}["{_mermaid(shortened(title))}"]'
                yield from _mermaid_lines(inner, indent + "    ")
                yield f"{indent}  end"
            yield f"{indent}end"
        else:
            yield f'{indent}{id}["{_mermaid(node.id)} · {node.kind}"]'
    for node in block.nodes:
        for need in node.needs:
            yield f"{indent}{_mermaid_id(need)} {'-.->' if node.is_guarded else '-->'} {_mermaid_id(node.id)}"


def _mermaid(text: str) -> str:
    return "".join(char if char.isalnum() or char in " _.-" else f"#{ord(char)};" for char in text)


def as_dot(drawing: Drawing) -> str:
    lines = [f"digraph {_dot(drawing.name)} {{", "  compound=true; rankdir=TB; node [shape=box, style=rounded];"]
    for number, (title, block) in enumerate(drawing.parts):
        lines += [f"  subgraph cluster_part{number} {{", f"    label={_dot(title)};", *_dot_lines(block, "    "), "  }"]
    return "\n".join([*lines, "}"])


def _dot_lines(block: Block, indent: str) -> Iterator[str]:
    for node in block.nodes:
        if not node.blocks:
            yield f"{indent}{_dot(node.id)} [label={_dot(f'{node.id} · {node.kind}')}];"
            continue
        yield f"{indent}subgraph {_dot('cluster_' + node.id)} {{"
        yield f"{indent}  label={_dot(f'{node.id} · {node.kind}')};"
        for number, (title, inner) in enumerate(node.blocks):
            yield f"{indent}  subgraph {_dot(f'cluster_{node.id}__{number}')} {{"
            yield f"{indent}    label={_dot(shortened(title))}; style=dashed;"
            yield from _dot_lines(inner, indent + "    ")
            yield f"{indent}  }}"
        yield f"{indent}}}"
    ends = {node.id: node for node in block.nodes}
    for node in block.nodes:
        for need in node.needs:
            yield f"{indent}{_dot_edge(ends[need], node)}"


def _dot_edge(first: Node, second: Node) -> str:
    """An edge between clusters is one between tasks in them, cut at the clusters' borders."""
    options = [f"ltail={_dot('cluster_' + first.id)}"] if first.blocks else []
    options += [f"lhead={_dot('cluster_' + second.id)}"] if second.blocks else []
    options += ["style=dashed"] if second.is_guarded else []
    return f"{_dot(_leaf(first, -1))} -> {_dot(_leaf(second, 0))}" + (f" [{', '.join(options)}];" if options else ";")


def _leaf(node: Node, number: int) -> str:
    return _leaf(node.blocks[number][1].nodes[number], number) if node.blocks else node.id


def _dot(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
