"""An item that a list can never have.

## What
An index, `first`, `last`, `min` or `max` is taken of a list whose length is known, and it is too short.

## Why
It fails whatever the data.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ [1, 2][2] }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ [1, 2][1] }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV213", "list-too-short", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
