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
from overture.diagnostics.model import At, Diagnostic, Related
from overture.diagnostics.rules import Rule

RULE = Rule("OV401", "cycle", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for order in analysis.orders.values():
        cycle = order.cycle()
        if cycle is None:
            continue
        round_trip = [*cycle, cycle[0]]
        steps = list(pairwise(round_trip))
        ats = [_place(analysis, entry.pointer, order.needs[entry][need]) for entry, need in steps]
        related = tuple(
            Related(f"`{entry.id}` needs `{need.id}`", at) for (entry, need), at in zip(steps[1:], ats[1:], strict=True)
        )
        names = " -> ".join(f"`{entry.id}`" for entry in round_trip)
        yield RULE.at(ats[0], f"tasks wait for one another: {names}", help="remove one of these edges", related=related)


def _place(analysis: Analysis, task: str, edge: str) -> At:
    """Where an edge comes from: an entry of `needs`, a field that reads, or the order of writing."""
    return analysis.source.value(edge or f"{task}/id")
