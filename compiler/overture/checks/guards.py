"""What is known to hold where an expression stands: the conditions that must have been true, or false, to get there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from overture.checks.changes import Changes, Names, states_of
from overture.checks.index import Block, Entry
from overture.expressions.narrowing import NO_FACTS, Facts, facts_from
from overture.expressions.records import record
from overture.expressions.tree import Binary, Call, Expr, ListOf, Text, Unary, has_call, references, walk
from overture.language.tasks import AssertTask, BranchTask, FailTask, ForeachTask, RepeatTask, StopTask

if TYPE_CHECKING:
    from overture.checks.analysis import Analysis, Spot

Known = frozenset[Expr]
"""Conditions that hold, as trees; a condition known to be false stands as its negation."""


@record(frozen=True, slots=True)
class Held:
    """What holds at a place: facts about paths, and the conditions themselves."""

    facts: Facts = NO_FACTS
    known: Known = frozenset()

    def also(self, other: Held) -> Held:
        if other is NOTHING_HELD or other is self:
            return self
        if self is NOTHING_HELD:
            return other
        return Held(self.facts.also(other.facts), self.known | other.known)


NOTHING_HELD = Held()


class Guards:
    """What holds at each place, worked out once."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self.changes = Changes(analysis)
        self._before: dict[Entry, Held] = {}
        self._inside: dict[Block, Held] = {}
        self._assertive: dict[Block, dict[Entry, None]] = {}
        self._reached: dict[Block, dict[Entry, Held]] = {}
        self._queues: dict[Block, Iterator[Entry]] = {}
        self._own: dict[Entry, Held] = {}
        self._states: dict[Expr, Names] = {}
        self._past_cases: dict[tuple[Entry, bool], list[Held]] = {}

    def held_for(self, spot: Spot) -> Held:
        """What holds when the field of a spot is evaluated."""
        entry = spot.owner
        if entry is None:
            return NOTHING_HELD if spot.place.inner is None else self._asserted_at_the_end(spot.place.inner)
        if spot.field.path == "when":
            return self.before(entry)
        held = self._started(entry)
        if isinstance(entry.task, BranchTask) and spot.field.path.isdigit():
            held = held.also(self._passed(entry, int(spot.field.path), is_lasting=False))
        if isinstance(entry.task, ForeachTask) and spot.place.sees_item:
            held = _for_each(held, entry.task)
            if spot.field.path == "collect":
                held = self._and(held, f"{entry.pointer}/where", True)
        if spot.place.inner is not None:
            held = self._unwritten(held.also(self._asserted(spot.place.inner)), self.changes.inside(spot.place.inner))
        return held

    def before(self, entry: Entry) -> Held:
        """What holds when a task is reached, before its own `when`."""
        if entry not in self._before:
            held = self._unwritten(self.inside(entry.block), self.changes.before(entry))
            if self._assertive_of(entry.block):
                held = held.also(self._so_far(entry))
            self._before[entry] = held
        return self._before[entry]

    def inside(self, block: Block) -> Held:
        """What holds in a block from its start."""
        if block.owner is None:
            return NOTHING_HELD
        if block not in self._inside:
            owner = block.owner
            held = self._lasting(self._started(owner))
            if isinstance(owner.task, (ForeachTask, RepeatTask)) or block.slot == "catch":
                held = self._unwritten(held, self.changes.within(owner))
            if isinstance(owner.task, BranchTask):
                taken = len(owner.task.cases) if block.slot == "else" else int(block.slot)
                held = held.also(self._passed(owner, taken, is_lasting=True))
                if block.slot != "else":
                    own = self._and(NOTHING_HELD, f"{owner.pointer}/cases/{taken}/when", True)
                    held = held.also(self._lasting(own))
            if isinstance(owner.task, ForeachTask):
                own = self._and(NOTHING_HELD, f"{owner.pointer}/where", True)
                own = self._unwritten(self._lasting(own), self.changes.within(owner))
                held = _for_each(held, owner.task).also(own)
            self._inside[block] = held
        return self._inside[block]

    def _passed(self, branch: Entry, number: int, *, is_lasting: bool) -> Held:
        """What holds because the first so many cases of a branch were not taken; `is_lasting`: also later."""
        found = self._past_cases.setdefault((branch, is_lasting), [NOTHING_HELD])
        while len(found) <= number:
            last = len(found) - 1
            found.append(found[last])  # while the case's own condition is read
            told = self._and(NOTHING_HELD, f"{branch.pointer}/cases/{last}/when", False)
            found[last + 1] = found[last].also(self._lasting(told) if is_lasting else told)
        return found[number]

    def _started(self, entry: Entry) -> Held:
        return self._and(self.before(entry), f"{entry.pointer}/when", True)

    def _and(self, held: Held, pointer: str, truth: bool) -> Held:
        if pointer not in self._analysis.spots:
            return held
        return held.also(_told(self._analysis.typed(pointer), truth))

    def _assertive_of(self, block: Block) -> dict[Entry, None]:
        """The asserts, stops and fails of a block, in order."""
        if block not in self._assertive:
            self._assertive[block] = {
                entry: None
                for entry in block.entries
                if isinstance(entry.task, (AssertTask, StopTask, FailTask)) and entry.task.on_error == "fail"
            }
        return self._assertive[block]

    def _asserted(self, block: Block) -> Held:
        """What the asserts, stops and fails of a block have established at its end."""
        held = NOTHING_HELD
        for entry in self._assertive_of(block):
            held = held.also(self._established(entry))
        return held

    def _asserted_at_the_end(self, body: Block) -> Held:
        """The same for the outputs: a stop ends the run well, and what comes after it may not have been reached."""
        order = self._analysis.order_of(body)
        stops = [entry for entry in body.entries if isinstance(entry.task, StopTask)]
        held = NOTHING_HELD
        for entry in self._assertive_of(body):
            if entry not in stops and not any(order.is_before(stop, entry) for stop in stops):
                held = held.also(self._established(entry))
        return self._unwritten(held, self.changes.names)

    def _so_far(self, entry: Entry) -> Held:
        """What those that come before a task have established: along the edges, so that each is walked once."""
        block = entry.block
        order = self._analysis.order_of(block)
        reached = self._reached.setdefault(block, {})
        queue = self._queues.setdefault(block, iter(order.topological or ()))
        while entry not in reached:
            following = next(queue, None)
            if following is None:  # in a ring of tasks
                return NOTHING_HELD
            held = NOTHING_HELD
            for need in order.needs[following]:
                held = held.also(self._unwritten(reached[need], self.changes.within(need)))
                held = held.also(self._established(need))
            reached[following] = held
        return reached[entry]

    def _established(self, entry: Entry) -> Held:
        """What holds after a task because the run would have ended otherwise."""
        if entry not in self._assertive_of(entry.block):
            return NOTHING_HELD
        if entry not in self._own:
            self._own[entry] = NOTHING_HELD  # while its own condition is read
            if not isinstance(entry.task, AssertTask):
                told = self._and(NOTHING_HELD, f"{entry.pointer}/when", False)
            elif entry.task.when is None:
                told = _told(self._analysis.typed(f"{entry.pointer}/that"), True)
            else:
                told = NOTHING_HELD
            self._own[entry] = self._lasting(told)
        return self._own[entry]

    def _lasting(self, held: Held) -> Held:
        """What still holds later: not what was read of the clock, or of a state that may be written meanwhile."""
        if not self.changes.is_in_order:
            held = self._unwritten(held, self.changes.names)
        return _without(held, _reads_clock)

    def _unwritten(self, held: Held, names: Names) -> Held:
        """What still holds once these states are written."""
        if held is NOTHING_HELD or not names:
            return held
        return _without(held, lambda tree: not names.isdisjoint(self._states_of(tree)))

    def _states_of(self, tree: Expr) -> Names:
        if tree not in self._states:
            self._states[tree] = states_of(tree)
        return self._states[tree]


def _for_each(held: Held, loop: ForeachTask) -> Held:
    """What still holds for an item of a loop: not what was said of the item and the index of a loop round it."""

    def is_hidden(tree: Expr) -> bool:
        return any(ref.root == "loop" or (ref.root == "item" and ref.name == loop.as_) for ref in references(tree))

    return _without(held, is_hidden)


def _without(held: Held, is_over: Callable[[Expr], bool]) -> Held:
    if held is NOTHING_HELD:
        return held
    facts = {path: fact for path, fact in held.facts.known.items() if not is_over(path)}
    known = frozenset(condition for condition in held.known if not is_over(condition))
    return Held(Facts(facts, held.facts.is_impossible), known)


def _told(condition: Expr, truth: bool) -> Held:
    if isinstance(condition, ListOf):
        held = NOTHING_HELD
        for item in condition.items:
            held = held.also(_told(item, truth))
        return held
    return Held(facts_from(condition, truth), conditions(condition, truth))


def conditions(condition: Expr, truth: bool) -> Known:
    """The conditions that are known once `condition` gave `truth`; not those that change as time goes on."""
    return frozenset(each for each in conjuncts(condition, truth) if not _reads_clock(each))


def conjuncts(condition: Expr, truth: bool) -> list[Expr]:
    """The conditions that must all hold for `condition` to give `truth`; one that must be false as its negation."""
    if isinstance(condition, Text):
        return conjuncts(condition.body, truth)
    if isinstance(condition, Unary) and condition.op == "not":
        return conjuncts(condition.operand, not truth)
    if isinstance(condition, Binary) and condition.op == ("and" if truth else "or"):
        return [*conjuncts(condition.left, truth), *conjuncts(condition.right, truth)]
    return [condition if truth else Unary("not", condition)]


def _reads_clock(tree: Expr) -> bool:
    return has_call(tree) and any(isinstance(node, Call) and node.name == "now" for node in walk(tree))
