"""A need that is no task of the same block.

## What
`needs` names a task that does not exist, stands in another block, or is the task itself.

## Why
Needs order the tasks of one block. A task inside a branch or a loop is not reached from outside:
need the task that holds it.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: a, kind: log, message: a}
  - {id: b, kind: log, message: b, needs: [c]}
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

from overture.checks.analysis import Analysis
from overture.checks.index import HANDLERS, Entry
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV402", "unknown-need", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for order in analysis.orders.values():
        for entry, number, name in order.unknown:
            at = analysis.source.value(f"{entry.pointer}/needs/{number}")
            elsewhere = analysis.index.tasks.get(name)
            if elsewhere is None:
                others = (other.id for other in order.block.entries if other is not entry)
                yield RULE.at(at, f"task `{name}` does not exist", help=analysis.suggest(name, others))
                continue
            message, help = _elsewhere(entry, elsewhere)
            yield RULE.at(at, message, help=help)


def _elsewhere(entry: Entry, need: Entry) -> tuple[str, str]:
    """Where a task of another block stands, seen from the one that names it, and what to do about it."""
    holder = need.container
    where = f"in `{holder.id}`" if holder is not None else "in the workflow's own tasks"
    if need.block.slot in HANDLERS:
        where = f"in `{need.block.slot}`"
    message = f"task `{need.id}` stands in another block: {where}"
    outer = entry.chain()
    if any(each is need for each in outer):
        return f"task `{need.id}` holds this one", "leave it out: what it holds starts with it"
    held = next((each for each in need.chain() if each.block is entry.block), None)
    if held is not None:
        return message, f"need `{held.id}`, which holds it"
    reader = next((each for each in outer if each.block is need.block), None)
    if reader is not None:
        return message, f"let `{reader.id}` need it, which holds this one"
    return message, "needs name tasks of the same block only"
