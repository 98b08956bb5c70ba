"""A field that does not exist.

## What
An expression reads a result that this kind of task does not have, or a property that a closed
object does not have.

## Why
What a task results in is fixed by its kind and its `returns`; another name is never there.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: ask, kind: ai, prompt: Say hello.}
  - {id: tell, kind: log, message: "{{ tasks.ask.text }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: ask, kind: ai, prompt: Say hello.}
  - {id: tell, kind: log, message: "{{ tasks.ask.value }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV204", "unknown-field", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
