"""An item of a list that may be too short.

## What
`first`, `last`, `min`, `max` or an index is taken of a list that may not have so many items.

## Why
The first empty answer fails the run. `default(...)` or a guard (`is not empty`, `| length > 0`)
says what happens then; of `min` and `max`, only a guard. Where the length is known to be too
small it is an error.

## Example
```yaml
overture: 1
name: example
inputs:
  names: {type: array, items: {type: string}, default: []}
tasks:
  - {id: tell, kind: log, message: "{{ inputs.names | first }}"}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  names: {type: array, items: {type: string}, default: []}
tasks:
  - {id: tell, kind: log, message: "{{ inputs.names | first | default('nobody') }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV210", "short-list", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
