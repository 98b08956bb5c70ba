"""A pattern outside the common part.

## What
A regular expression does not parse, or uses what Python, Java and JavaScript do not share (look-
behind, backreferences, inline flags).

## Why
The same workflow runs on engines of three languages and must mean the same there.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 'abc' | extract('(a') }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 'abc' | extract('(a)') }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV309", "bad-pattern", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
