"""A comparison that can never be true.

## What
Two values are compared that can never be equal: of different types, or an enum that lacks the other
value.

## Why
Values of different types are never equal, and a misspelt value of an enum silently never matches.

## Example
```yaml
overture: 1
name: example
tasks:
  - id: label
    kind: ai
    prompt: Which label fits?
    returns: {enum: [bug, feature]}
  - {id: tell, kind: log, message: hello, when: tasks.label.value == 'bugs'}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - id: label
    kind: ai
    prompt: Which label fits?
    returns: {enum: [bug, feature]}
  - {id: tell, kind: log, message: hello, when: tasks.label.value == 'bug'}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV308", "never-equal", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
