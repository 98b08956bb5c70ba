"""A task that does not exist.

## What
An expression reads a task whose id is nowhere in the document.

## Why
The run would fail at that place. Most often the name is misspelt.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a"}
  - {id: tell, kind: log, message: "{{ tasks.fech.status }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a"}
  - {id: tell, kind: log, message: "{{ tasks.fetch.status }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV202", "unknown-task", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
