"""What is drawn: blocks of nodes with edges, nested as the document nests them."""

from __future__ import annotations

from dataclasses import dataclass

from overture.checks.analysis import Analysis
from overture.checks.index import Block as IndexBlock
from overture.checks.index import Entry
from overture.checks.verdict import Checked
from overture.plan.drawing.wording import detail, marks, one_line, start, title


@dataclass(frozen=True, slots=True)
class Node:
    """A task. `detail` says in a few words what it does, `when` is its condition, `marks` are what else is worth
    knowing (attempts, what a failure does); `blocks` are those inside it, each with its title."""

    id: str
    kind: str
    detail: str
    needs: tuple[str, ...]
    when: str | None = None
    marks: tuple[str, ...] = ()
    blocks: tuple[tuple[str, Block], ...] = ()

    @property
    def is_guarded(self) -> bool:
        return self.when is not None


@dataclass(frozen=True, slots=True)
class Block:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """`starts`: what starts the workflow, in words. `parts`: the body, and the handlers with their names."""

    name: str
    starts: tuple[str, ...]
    parts: tuple[tuple[str, Block], ...]
    description: str = ""


def drawing(checked: Checked) -> Drawing:
    analysis = checked.analysis
    workflow, index = analysis.workflow, analysis.index
    parts = [("tasks", _block(analysis, index.body))]
    names = {"on_failure": "on failure", "finally": "finally"}
    parts += [(names[slot], _block(analysis, block)) for slot, block in index.handlers.items()]
    starts = tuple(start(each) for each in workflow.triggers or ()) or ("by hand",)
    return Drawing(workflow.name, starts, tuple(parts), one_line(workflow.description or ""))


def _block(analysis: Analysis, block: IndexBlock) -> Block:
    needs = analysis.order_of(block).reduced()
    return Block(tuple(_node(analysis, entry, tuple(need.id for need in needs[entry])) for entry in block.entries))


def _node(analysis: Analysis, entry: Entry, needs: tuple[str, ...]) -> Node:
    task = entry.task
    return Node(
        id=entry.id,
        kind=entry.kind,
        detail=one_line(detail(task)),
        needs=needs,
        when=None if task.when is None else one_line(str(task.when)),
        marks=marks(task, analysis.workflow.defaults),
        blocks=tuple((one_line(title(task, block.slot)), _block(analysis, block)) for block in entry.blocks),
    )
