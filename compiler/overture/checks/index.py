"""The tasks of a document, each with its place: which block it stands in, and what is round it. Built once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from overture.diagnostics.sources import pointer_of
from overture.language.tasks import BranchTask, Common, ForeachTask, RepeatTask, TryTask
from overture.language.workflow import Workflow

HANDLERS = ("on_failure", "finally")


@dataclass(eq=False, slots=True)
class Entry:
    """A task in its block. `position` is its number there."""

    task: Common
    pointer: str
    block: Block
    position: int
    blocks: list[Block] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.task.id

    @property
    def kind(self) -> str:
        return str(self.task.kind)  # type: ignore[attr-defined]  # every class of a kind has it

    @property
    def container(self) -> Entry | None:
        """The task whose block this one stands in."""
        return self.block.owner

    def chain(self) -> list[Entry]:
        """The containers from the outermost down to this task itself."""
        found: list[Entry] = []
        entry: Entry | None = self
        while entry is not None:
            found.append(entry)
            entry = entry.container
        return found[::-1]


@dataclass(eq=False, slots=True)
class Block:
    """A list of tasks. `slot`: `body`, `on_failure`, `finally` of the workflow; `tasks`, `catch`, `0`, `1`, …, `else`
    of the task that owns it."""

    slot: str
    pointer: str
    owner: Entry | None
    entries: list[Entry] = field(default_factory=list)

    @property
    def root(self) -> Block:
        """The block of the workflow itself in which this one stands."""
        return self if self.owner is None else self.owner.block.root

    def walk(self) -> Iterator[Entry]:
        for entry in self.entries:
            yield entry
            for block in entry.blocks:
                yield from block.walk()


@dataclass(slots=True)
class Index:
    """`tasks` has the first task of each id; `entries` every task in the document's order."""

    body: Block
    handlers: dict[str, Block]
    entries: list[Entry]
    tasks: dict[str, Entry]
    kinds: dict[str, list[Entry]]

    def of(self, *kinds: str) -> Iterator[Entry]:
        """The tasks of some kinds: those of the first kind, then those of the next, each in the document's order."""
        for kind in kinds:
            yield from self.kinds.get(kind, ())

    @property
    def blocks(self) -> Iterator[Block]:
        yield from (self.body, *self.handlers.values())
        for entry in self.entries:
            yield from entry.blocks


def index(workflow: Workflow) -> Index:
    entries: list[Entry] = []
    body = _block("body", "/tasks", None, workflow.tasks, entries)
    handlers = {
        slot: _block(slot, pointer_of(slot), None, tasks, entries)
        for slot, tasks in (("on_failure", workflow.on_failure), ("finally", workflow.finally_))
        if tasks
    }
    by_id: dict[str, Entry] = {}
    for entry in entries:
        by_id.setdefault(entry.id, entry)
    kinds: dict[str, list[Entry]] = {}
    for entry in entries:
        kinds.setdefault(entry.kind, []).append(entry)
    return Index(body, handlers, entries, by_id, kinds)


def _block(slot: str, pointer: str, owner: Entry | None, tasks: tuple[Common, ...], entries: list[Entry]) -> Block:
    block = Block(slot, pointer, owner)
    for position, task in enumerate(tasks):
        entry = Entry(task, f"{pointer}/{position}", block, position)
        block.entries.append(entry)
        entries.append(entry)
        entry.blocks = [
            _block(inner, entry.pointer + at, entry, inner_tasks, entries) for inner, at, inner_tasks in _slots(task)
        ]
    return block


def _slots(task: Common) -> Iterator[tuple[str, str, tuple[Common, ...]]]:
    if isinstance(task, BranchTask):
        for number, case in enumerate(task.cases):
            yield str(number), f"/cases/{number}/tasks", case.tasks
        if task.else_:
            yield "else", "/else", task.else_
    elif isinstance(task, (ForeachTask, RepeatTask, TryTask)) and task.tasks:
        yield "tasks", "/tasks", task.tasks
        if isinstance(task, TryTask) and task.catch:
            yield "catch", "/catch", task.catch
