"""Where an expression stands, and how the task that it reads relates to that: before it, later, apart from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from overture.checks.index import Block, Entry
from overture.expressions.records import record
from overture.language.tasks import ForeachTask


@record(frozen=True, slots=True)
class Place:
    """Before `entry` runs; or, with `inner`, at the end of that block (`until`, `collect`, the workflow's outputs).

    `sees_item`: the entry is a foreach and its own item is in scope. `trigger`: the number of the trigger whose field
    it is, before the run; `sees_inputs`: its `when`, which is read when the inputs are set.
    """

    entry: Entry | None = None
    inner: Block | None = None
    sees_item: bool = False
    trigger: int | None = None
    sees_inputs: bool = False

    def loops(self) -> Iterator[Entry]:
        """The foreach tasks whose item is in scope, innermost first."""
        if self.entry is None:
            return
        chain = self.entry.chain()
        if not self.sees_item:
            chain.pop()
        yield from (each for each in reversed(chain) if isinstance(each.task, ForeachTask))

    def steps(self) -> list[tuple[Block, Entry | None]]:
        """The way down to the place: each block with the task in it that leads on, None at a block's end."""
        found: list[tuple[Block, Entry | None]] = (
            [(each.block, each) for each in self.entry.chain()] if self.entry else []
        )
        if self.inner is not None:
            found.append((self.inner, None))
        return found

    @property
    def root(self) -> Block | None:
        steps = self.steps()
        return steps[0][0] if steps else None


How = Literal["before", "later", "inside", "apart", "handler"]


@record(frozen=True, slots=True)
class Relation:
    """How a task relates to a place that reads it.

    `before` and `later`: they part in one block, at `held` (the task there that holds the one read, or is it) and
    `reader` (the one that holds the place; None: the block's end). `inside`: the task holds the place, or is it.
    `apart`: they stand in blocks that never run together. `handler`: the place is in a handler of what holds the task.
    `below`: the tasks from `held` down to the one read.
    """

    how: How
    held: Entry | None = None
    reader: Entry | None = None
    below: tuple[Entry, ...] = ()


def relate(read: Entry, place: Place) -> Relation:
    entry = place.entry
    if entry is not None and place.inner is None and entry.block is read.block:  # as nearly always
        if entry is read:
            return Relation("inside")
        return Relation("before" if read.position < entry.position else "later", read, entry, (read,))
    chain = read.chain()
    steps = place.steps()
    for depth, entry in enumerate(chain):
        if depth == len(steps):
            return Relation("inside")
        block, reader = steps[depth]
        below = tuple(chain[depth:])
        if block is not entry.block:
            return Relation("handler" if _handles(block, entry.block) else "apart", entry, reader, below)
        if reader is entry:
            continue
        if reader is None or entry.position < reader.position:
            return Relation("before", entry, reader, below)
        return Relation("later", entry, reader, below)
    return Relation("inside")


def _handles(block: Block, guarded: Block) -> bool:
    """Whether `block` is a handler of `guarded`: both hang on the same task or on the workflow."""
    if block.owner is not guarded.owner:
        return False
    return (block.slot, guarded.slot) in {
        ("catch", "tasks"),
        ("on_failure", "body"),
        ("finally", "body"),
        ("finally", "on_failure"),
    }
