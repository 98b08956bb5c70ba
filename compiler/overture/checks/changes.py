"""Which states the tasks write, and so whether a condition over states still gives later what it gave."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from overture.checks.index import Block, Entry
from overture.checks.places import Place, relate
from overture.expressions.tree import Expr, references
from overture.language.tasks import ForeachTask, RememberTask, RepeatTask

if TYPE_CHECKING:
    from overture.checks.analysis import Analysis

Names = frozenset[str]
_NONE: Names = frozenset()
MANY = 100
"""Of more tasks that write one state it is not asked which of them come between: thousands of reads would look at
thousands of writes."""


class Changes:
    """The tasks that write states, by what they write. Nothing is worked out where there are none."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._so_far: dict[Block, list[Names]] = {}

    @cached_property
    def names(self) -> Names:
        """All states that are written."""
        return _NONE.union(*self._written.values())

    @cached_property
    def is_in_order(self) -> bool:
        """Whether one task runs after the other, as written, so that nothing is written behind another's back."""
        orders = self._analysis.orders.values()
        return all(order.is_written_order for order in orders) and not any(map(_is_side_by_side, self._writing))

    def within(self, entry: Entry) -> Names:
        """What a task writes, or the tasks in it."""
        return self._written.get(entry, _NONE)

    def inside(self, block: Block) -> Names:
        if not self._written:
            return _NONE
        return _NONE.union(*(self.within(entry) for entry in block.entries))

    def before(self, entry: Entry) -> Names:
        """What the tasks write that are listed before one in its block."""
        if not self._written:
            return _NONE
        if entry.block not in self._so_far:
            found = [_NONE]
            for each in entry.block.entries:
                found.append(found[-1] | self.within(each) if each in self._written else found[-1])
            self._so_far[entry.block] = found
        return self._so_far[entry.block][entry.position]

    def may_differ(self, condition: Expr, asked: Entry, place: Place) -> bool:
        """Whether a condition that a task asked when it was reached may give something else at a place after it."""
        if not self._written:
            return False
        writing = [each for name in states_of(condition) & self.names for each in self._writers[name]]
        return len(writing) > MANY or any(not self._is_harmless(each, asked, place) for each in writing)

    def _is_harmless(self, writing: Entry, asked: Entry, place: Place) -> bool:
        """Whether a task that writes does so before the one that asked, or after the place."""
        if _is_side_by_side(writing):
            return False
        asking = relate(writing, Place(asked))
        if asking.how == "before" and asking.held is not None and asking.reader is not None:
            return self._analysis.order_of(asking.held.block).is_before(asking.held, asking.reader)
        around = {entry for _, entry in place.steps()} - set(asked.chain())
        if any(each in around for each in _loops(writing)):
            return False  # it does so in the round before
        reading = relate(writing, place)
        if reading.how == "later" and reading.held is not None and reading.reader is not None:
            return self._analysis.order_of(reading.held.block).is_before(reading.reader, reading.held)
        return reading.how == "apart" or (reading.how == "inside" and place.inner is None)

    @cached_property
    def _writing(self) -> list[Entry]:
        return list(self._analysis.index.of("remember"))

    @cached_property
    def _writers(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self._writing:
            for name in self.within(entry):
                found.setdefault(name, []).append(entry)
        return found

    @cached_property
    def _written(self) -> dict[Entry, Names]:
        found: dict[Entry, Names] = {}
        for entry in self._writing:
            assert isinstance(entry.task, RememberTask)
            for each in entry.chain():
                found[each] = found.get(each, _NONE) | entry.task.values.keys()
        return found


def states_of(tree: Expr) -> Names:
    return frozenset(ref.name for ref in references(tree) if ref.root == "state")


def _loops(entry: Entry) -> Iterator[Entry]:
    return (each for each in entry.chain() if isinstance(each.task, (ForeachTask, RepeatTask)))


def _is_side_by_side(entry: Entry) -> bool:
    return any(isinstance(each.task, ForeachTask) and each.task.concurrency > 1 for each in entry.chain())
