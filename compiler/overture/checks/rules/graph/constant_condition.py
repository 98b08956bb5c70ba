"""A condition that data cannot change.

## What
A condition is true, or false, whatever the data: so a case is always or never taken, a task never skipped, an
assertion never broken.

## Why
Whoever wrote it believes that it decides something. (A task that can never run, a repeat that cannot end, a
case that others cover and a comparison that can never be true are findings of their own.)

## Example
```yaml
overture: 1
name: example
inputs:
  loud: {type: boolean, default: true}
tasks:
  - {id: enough, kind: stop, when: not inputs.loud}
  - {id: tell, kind: log, message: hello, when: inputs.loud}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  loud: {type: boolean, default: true}
tasks:
  - {id: enough, kind: stop, when: not inputs.loud}
  - {id: tell, kind: log, message: hello}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.conditions import own_truth, truth_of
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import ListOf
from overture.language.roles import Role

RULE = Rule("OV405", "constant-condition", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    told = {pointer for pointer, _ in analysis.findings}
    for pointer, spot in analysis.spots.items():
        if pointer in told or pointer in analysis.unreadable:
            continue
        path = spot.field.path
        tree = analysis.typed(pointer)
        if path == "that" and isinstance(tree, ListOf):
            conditions = [(f"{pointer}/{number}", item) for number, item in enumerate(tree.items)]
        elif spot.field.role is Role.EXPRESSION and (path in ("when", "where", "until") or path.isdigit()):
            conditions = [(pointer, tree)]
        else:
            continue
        for at, condition in conditions:
            value = truth_of(condition)
            if value is not None and not _is_told_otherwise(analysis, pointer, path, value):
                shown = "true" if value else "false"
                yield RULE.at(analysis.source.value(at), f"this condition is always {shown}")


def _is_told_otherwise(analysis: Analysis, pointer: str, path: str, value: bool) -> bool:
    """A task that never runs, a repeat that never ends, a case that others cover: each has a rule of its own."""
    if path.isdigit():
        return path != "0" and own_truth(analysis, pointer) is None
    return value is False and path in ("when", "until")
