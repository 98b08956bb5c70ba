"""What is known to hold where an expression stands: the conditions that must have been true, or false, to get there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overture.checks.index import Block, Entry
from overture.expressions.narrowing import NO_FACTS, Facts, facts_from
from overture.expressions.tree import Binary, Expr, ListOf, Text, Unary
from overture.language.tasks import AssertTask, BranchTask, FailTask, ForeachTask, StopTask

if TYPE_CHECKING:
    from overture.checks.analysis import Analysis, Spot

Known = frozenset[Expr]
"""Conditions that hold, as trees; a condition known to be false stands as its negation."""


class Guards:
    """Facts and known conditions of each place, worked out once."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._before: dict[Entry, tuple[Facts, Known]] = {}
        self._inside: dict[Block, tuple[Facts, Known]] = {}
        self._assertive: dict[Block, list[Entry]] = {}

    def facts_for(self, spot: Spot) -> Facts:
        """What holds when the field of a spot is evaluated."""
        return self._for(spot)[0]

    def known_for(self, entry: Entry | None) -> Known:
        """The conditions that hold once a task has started (its own `when` among them)."""
        return self._with_when(entry)[1] if entry is not None else frozenset()

    def _for(self, spot: Spot) -> tuple[Facts, Known]:
        entry = spot.owner
        if entry is None:
            return NO_FACTS, frozenset()
        if spot.field.path == "when":
            return self.before(entry)
        held = self._with_when(entry)
        if isinstance(entry.task, BranchTask) and spot.field.path.isdigit():
            for number in range(int(spot.field.path)):
                held = self._and(held, f"{entry.pointer}/cases/{number}/when", False)
        if isinstance(entry.task, ForeachTask) and spot.field.path == "collect":
            held = self._and(held, f"{entry.pointer}/where", True)
        if spot.place.inner is not None:
            held = _joined(held, self._asserted(spot.place.inner, None))
        return held

    def before(self, entry: Entry) -> tuple[Facts, Known]:
        """What holds when a task is reached, before its own `when`."""
        if entry not in self._before:
            self._before[entry] = _joined(self.inside(entry.block), self._asserted(entry.block, entry))
        return self._before[entry]

    def inside(self, block: Block) -> tuple[Facts, Known]:
        """What holds in a block from its start."""
        if block.owner is None:
            return NO_FACTS, frozenset()
        if block not in self._inside:
            owner = block.owner
            held = self._with_when(owner)
            if isinstance(owner.task, BranchTask):
                taken = len(owner.task.cases) if block.slot == "else" else int(block.slot)
                for number in range(taken):
                    held = self._and(held, f"{owner.pointer}/cases/{number}/when", False)
                if block.slot != "else":
                    held = self._and(held, f"{owner.pointer}/cases/{taken}/when", True)
            if isinstance(owner.task, ForeachTask):
                held = self._and(held, f"{owner.pointer}/where", True)
            self._inside[block] = held
        return self._inside[block]

    def _with_when(self, entry: Entry) -> tuple[Facts, Known]:
        return self._and(self.before(entry), f"{entry.pointer}/when", True)

    def _and(self, held: tuple[Facts, Known], pointer: str, truth: bool) -> tuple[Facts, Known]:
        if pointer not in self._analysis.spots:
            return held
        return _joined(held, _told(self._analysis.typed(pointer), truth))

    def _asserted(self, block: Block, before: Entry | None) -> tuple[Facts, Known]:
        """What the asserts, stops and fails of a block establish for those that come after them."""
        held: tuple[Facts, Known] = (NO_FACTS, frozenset())
        if block not in self._assertive:
            self._assertive[block] = [entry for entry in block.entries if _is_assertive(entry)]
        for entry in self._assertive[block]:
            if before is not None and entry.position >= before.position:
                break
            if before is not None and not self._analysis.order_of(block).is_before(entry, before):
                continue
            if isinstance(entry.task, AssertTask):
                if entry.task.when is None:
                    held = _joined(held, _told(self._analysis.typed(f"{entry.pointer}/that"), True))
            else:
                held = self._and(held, f"{entry.pointer}/when", False)
        return held


def _is_assertive(entry: Entry) -> bool:
    return isinstance(entry.task, (AssertTask, StopTask, FailTask)) and entry.task.on_error == "fail"


def _told(condition: Expr, truth: bool) -> tuple[Facts, Known]:
    if isinstance(condition, ListOf):
        held: tuple[Facts, Known] = (NO_FACTS, frozenset())
        for item in condition.items:
            held = _joined(held, _told(item, truth))
        return held
    return facts_from(condition, truth), frozenset(_conjuncts(condition, truth))


def _conjuncts(condition: Expr, truth: bool) -> list[Expr]:
    if isinstance(condition, Text):
        return _conjuncts(condition.body, truth)
    if isinstance(condition, Unary) and condition.op == "not":
        return _conjuncts(condition.operand, not truth)
    if isinstance(condition, Binary) and condition.op == ("and" if truth else "or"):
        return [*_conjuncts(condition.left, truth), *_conjuncts(condition.right, truth)]
    return [condition if truth else Unary("not", condition)]


def conjuncts(condition: Expr) -> Known:
    """The conditions that must all hold for `condition` to hold."""
    return frozenset(_conjuncts(condition, True))


def _joined(a: tuple[Facts, Known], b: tuple[Facts, Known]) -> tuple[Facts, Known]:
    return a[0].also(b[0]), a[1] | b[1]
