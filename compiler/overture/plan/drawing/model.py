"""What is drawn: blocks of nodes with edges, nested as the document nests them."""

from __future__ import annotations

from dataclasses import dataclass

from overture.checks.analysis import Analysis
from overture.checks.index import Block as IndexBlock
from overture.checks.index import Entry
from overture.checks.verdict import Checked
from overture.language import tasks as kinds


@dataclass(frozen=True, slots=True)
class Node:
    """A task. `detail` says in a few words what it does; `blocks` are those inside it, each with its title."""

    id: str
    kind: str
    detail: str
    needs: tuple[str, ...]
    is_guarded: bool
    blocks: tuple[tuple[str, Block], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """`starts`: what starts the workflow, in words. `parts`: the body, and the handlers with their names."""

    name: str
    starts: tuple[str, ...]
    parts: tuple[tuple[str, Block], ...]


def drawing(checked: Checked) -> Drawing:
    analysis = checked.analysis
    workflow, index = analysis.workflow, analysis.index
    parts = [("tasks", _block(analysis, index.body))]
    names = {"on_failure": "on failure", "finally": "finally"}
    parts += [(names[slot], _block(analysis, block)) for slot, block in index.handlers.items()]
    starts = tuple(_start(each) for each in workflow.triggers or ()) or ("by hand",)
    return Drawing(workflow.name, starts, tuple(parts))


def _start(trigger: object) -> str:
    if cron := getattr(trigger, "cron", None):
        return f"schedule {cron} {getattr(trigger, 'timezone', '')}"
    if after := getattr(trigger, "workflow", None):
        return f"after {after}"
    return "webhook"


def _block(analysis: Analysis, block: IndexBlock) -> Block:
    needs = analysis.order_of(block).reduced()
    return Block(tuple(_node(analysis, entry, tuple(need.id for need in needs[entry])) for entry in block.entries))


def _node(analysis: Analysis, entry: Entry, needs: tuple[str, ...]) -> Node:
    blocks = tuple((_title(entry, block.slot), _block(analysis, block)) for block in entry.blocks)
    return Node(entry.id, entry.kind, _detail(entry), needs, entry.task.when is not None, blocks)


def _title(entry: Entry, slot: str) -> str:
    task = entry.task
    if isinstance(task, kinds.BranchTask):
        return "else" if slot == "else" else f"when {task.cases[int(slot)].when}"
    if isinstance(task, kinds.ForeachTask):
        return f"each {task.as_}"
    if isinstance(task, kinds.RepeatTask):
        return f"until {task.until}"
    return "try" if slot == "tasks" else slot


def _detail(entry: Entry) -> str:
    """A few words that say what a task does: its url, its program, its message."""
    task = entry.task
    if isinstance(task, kinds.HttpTask):
        return f"{task.method} {task.url}"
    if isinstance(task, kinds.ShellTask):
        return " ".join(task.command)
    if isinstance(task, kinds.ForeachTask):
        return f"{task.items}" if isinstance(task.items, str) else f"{len(task.items)} items"
    for name in ("prompt", "message", "path", "uses", "workflow", "query", "subject"):
        if text := getattr(task, name, None):
            return " ".join(str(text).split())
    if isinstance(task, (kinds.SetTask, kinds.RememberTask)):
        return ", ".join(task.values)
    return ""
