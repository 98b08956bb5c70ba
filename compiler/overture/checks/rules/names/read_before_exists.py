"""A result that is not there yet.

## What
An expression reads a task that has not run when the expression is needed: it is listed later, holds
the reader, stands in a block apart, or runs once for each item of a loop.

## Why
A read draws an edge only from a task that stands before; nothing runs out of the order in which it
is written unless `needs` says so.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ tasks.fetch.status }}"}
  - {id: fetch, kind: http, url: "https://example.com/a"}
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

RULE = Rule("OV207", "read-before-exists", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
