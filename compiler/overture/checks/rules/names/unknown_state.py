"""State that is not declared.

## What
An expression reads, or a `remember` keeps, a name that `state` does not declare.

## Why
What is kept between runs has a type and a first value, so it is declared.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: keep, kind: remember, values: {seen: 1}}
```

## Instead
```yaml
overture: 1
name: example
state:
  seen: {type: integer, default: 0}
tasks:
  - {id: keep, kind: remember, values: {seen: 1}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.language.tasks import RememberTask

RULE = Rule("OV206", "unknown-state", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
    declared = analysis.workflow.state or {}
    for entry in analysis.index.entries:
        if isinstance(entry.task, RememberTask):
            for name in entry.task.values:
                if name not in declared:
                    at = analysis.source.key(f"{entry.pointer}/values" + pointer_of(name))
                    yield RULE.at(
                        at,
                        f"state `{name}` does not exist",
                        help=analysis.suggest(name, declared) or "declare it under `state`",
                    )
