"""What runs before what: the edges of each block (language.md 6), and its cycles.

Edges come from `needs`, from the order of writing where a task has none, and from reads. A read of a task that is
listed later adds no edge: it is a mistake of its own, unless `needs` orders the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from overture.checks.index import Block, Entry


@dataclass(eq=False)
class Order:
    """`needs` of each task of the block: the tasks that must end before it starts, each with where that comes from
    (the pointer of a `needs` entry or of the field that reads), "" for the order of writing."""

    block: Block
    needs: dict[Entry, dict[Entry, str]] = field(default_factory=dict)
    unknown: list[tuple[Entry, int, str]] = field(default_factory=list)  # (task, number of the entry of needs, name)

    def is_before(self, first: Entry, second: Entry) -> bool:
        """Whether a way of edges leads from `first` to `second`."""
        if self.is_written_order:
            return first.position < second.position
        if self._ancestors is not None:
            return bool(self._ancestors[second] >> first.position & 1)
        seen: set[Entry] = set()
        todo = [second]
        while todo:
            entry = todo.pop()
            for need in self.needs[entry]:
                if need is first:
                    return True
                if need not in seen:
                    seen.add(need)
                    todo.append(need)
        return False

    @cached_property
    def _ancestors(self) -> dict[Entry, int] | None:
        """For each task those that end before it starts, as bits by their position: so wide a block as 10,000 tasks
        asks for each pair in no time. None when there is a cycle."""
        if self.topological is None:
            return None
        found: dict[Entry, int] = {}
        for entry in self.topological:
            before = 0
            for need in self.needs[entry]:
                before |= found[need] | 1 << need.position
            found[entry] = before
        return found

    @cached_property
    def is_written_order(self) -> bool:
        """Whether every task just runs after the one listed before it."""
        return all(entry.task.needs is None for entry in self.block.entries)

    def cycle(self) -> list[Entry] | None:
        """One cycle, each task needing the next, from the earliest task on it; None when there is none."""
        if self.topological is not None:
            return None
        import networkx as nx

        graph: nx.DiGraph[Entry] = nx.DiGraph((entry, need) for entry, needs in self.needs.items() for need in needs)
        components = [part for part in nx.strongly_connected_components(graph) if len(part) > 1]
        loops = [entry for entry, needs in self.needs.items() if entry in needs]
        tangled = [entry for part in components for entry in part] + loops
        first = min(tangled, key=lambda entry: entry.position)
        if first in self.needs[first]:
            return [first]
        found = min(
            (nx.shortest_path(graph, need, first) for need in self.needs[first] if nx.has_path(graph, need, first)),
            key=len,
        )
        return [first, *found[:-1]]

    @cached_property
    def topological(self) -> list[Entry] | None:
        """The tasks, each after those that it needs; None when there is a cycle."""
        waiting = {entry: len(needs) for entry, needs in self.needs.items()}
        after: dict[Entry, list[Entry]] = {}
        for entry, needs in self.needs.items():
            for need in needs:
                after.setdefault(need, []).append(entry)
        ready = [entry for entry, count in waiting.items() if count == 0]
        for entry in ready:
            for follower in after.get(entry, ()):
                waiting[follower] -= 1
                if waiting[follower] == 0:
                    ready.append(follower)
        return ready if len(ready) == len(waiting) else None

    def reduced(self) -> Mapping[Entry, tuple[Entry, ...]]:
        """The edges without those that others imply, in the document's order. Only for a block without a cycle."""
        ancestors = None if self.is_written_order else self._ancestors
        found: dict[Entry, tuple[Entry, ...]] = {}
        for entry, needs in self.needs.items():
            implied = 0
            if len(needs) > 1:
                for need in needs:
                    implied |= (1 << need.position) - 1 if ancestors is None else ancestors[need]
            kept = (need for need in needs if not implied >> need.position & 1)
            found[entry] = tuple(sorted(kept, key=lambda need: need.position))
        return found


def order(block: Block) -> Order:
    """The edges that `needs` and the order of writing give."""
    found = Order(block)
    by_id = {entry.id: entry for entry in reversed(block.entries)}
    previous: Entry | None = None
    for entry in block.entries:
        needs: dict[Entry, str] = {}
        if entry.task.needs is None:
            if previous is not None:
                needs[previous] = ""
        else:
            for number, name in enumerate(entry.task.needs):
                if name in by_id:
                    needs.setdefault(by_id[name], f"{entry.pointer}/needs/{number}")
                else:
                    found.unknown.append((entry, number, name))
        found.needs[entry] = needs
        previous = entry
    return found


def add_reads(found: Order, reads: Iterable[tuple[Entry, Entry, str]]) -> None:
    """Draw (reader, read, pointer of the field) as edges; of a task listed later only what `needs` does not say."""
    for reader, read, pointer in reads:
        if read.position < reader.position:
            found.needs[reader].setdefault(read, pointer)
