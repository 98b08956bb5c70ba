"""An input that does not exist.

## What
An expression, a trigger or a call names an input that the workflow does not declare.

## Why
Inputs are the only way in for values from outside; a name that is not declared never has a value.

## Example
```yaml
overture: 1
name: example
inputs:
  city: {type: string, default: Berlin}
tasks:
  - {id: tell, kind: log, message: "{{ inputs.town }} {{ inputs.city }}"}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  city: {type: string, default: Berlin}
tasks:
  - {id: tell, kind: log, message: "{{ inputs.city }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV203", "unknown-input", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
