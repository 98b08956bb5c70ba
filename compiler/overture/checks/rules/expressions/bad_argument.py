"""An argument that the filter does not take.

## What
A filter is given an argument that it does not have, or not one that it needs.

## Why
`overture explain` and the language reference list what there is, with the names of arguments.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 'a' | truncate(size=3) }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 'a' | truncate(3) }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV305", "bad-argument", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
