"""Tasks that wait for one another.

## What
Each of these tasks must end before the next can start, all the way round.

## Why
None of them would ever start.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: a, kind: log, message: a, needs: [b]}
  - {id: b, kind: log, message: b, needs: [a]}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: a, kind: log, message: a}
  - {id: b, kind: log, message: b, needs: [a]}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from overture.checks.analysis import Analysis
from overture.checks.index import Entry
from overture.diagnostics.model import At, Diagnostic, Related
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Ref

RULE = Rule("OV401", "cycle", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for order in analysis.orders.values():
        cycle = order.cycle()
        if cycle is None:
            continue
        round_trip = [*cycle, cycle[0]]
        edges = [_edge(analysis, entry, need, order.needs[entry][need]) for entry, need in pairwise(round_trip)]
        related = tuple(Related(words, at) for words, at in edges) if len(edges) > 1 else ()
        names = " -> ".join(f"`{entry.id}`" for entry in round_trip)
        message = f"tasks wait for one another: {names}"
        if len(cycle) == 1:
            message = f"task `{cycle[0].id}` waits for itself"
        yield RULE.at(edges[0][1], message, help="remove one of these edges", related=related)


def _edge(analysis: Analysis, entry: Entry, need: Entry, pointer: str) -> tuple[str, At]:
    """Where an edge comes from, in words: an entry of `needs`, the name that is read, or only the order of writing."""
    if pointer and pointer not in analysis.spots:
        return f"`{entry.id}` needs `{need.id}`", analysis.source.value(pointer)
    for ref, at in _reads(analysis, entry):
        if ref.root == "tasks" and ref.name in analysis.index.tasks and _holds(need, analysis.index.tasks[ref.name]):
            return f"`{entry.id}` reads `{ref.name}`", at
    return f"`{entry.id}` comes after `{need.id}`", analysis.source.value(f"{entry.pointer}/id")


def _reads(analysis: Analysis, entry: Entry) -> Iterator[tuple[Ref, At]]:
    """What a task and those in it read."""
    inside = (each for block in entry.blocks for each in block.walk())
    for each in (entry, *inside):
        for spot in analysis.fields(each):
            yield from analysis.refs(spot)


def _holds(entry: Entry, inner: Entry) -> bool:
    return any(each is entry for each in inner.chain())
