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
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV402", "unknown-need", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for order in analysis.orders.values():
        for entry, number, name in order.unknown:
            at = analysis.source.value(f"{entry.pointer}/needs/{number}")
            elsewhere = analysis.index.tasks.get(name)
            if elsewhere is None:
                others = [other.id for other in order.block.entries if other is not entry]
                yield RULE.at(at, f"task `{name}` does not exist", help=analysis.suggest(name, others))
                continue
            holders = [each.id for each in elsewhere.chain() if each.block is order.block and each is not entry]
            help = f"need `{holders[0]}`, which holds it" if holders else "needs name tasks of the same block only"
            yield RULE.at(at, f"task `{name}` stands in another block", help=help)
