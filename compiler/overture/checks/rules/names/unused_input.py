"""An input that nothing reads.

## What
The workflow declares an input that no expression reads.

## Why
Who starts the workflow believes that it does something.

## Example
```yaml
overture: 1
name: example
inputs:
  city: {type: string, default: Berlin}
tasks:
  - {id: hello, kind: log, message: hello}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: hello, kind: log, message: hello}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of

RULE = Rule("OV212", "unused-input", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    read = {ref.name for spot in analysis.spots.values() for ref in spot.reads if ref.root == "inputs"}
    for name in analysis.workflow.inputs or {}:
        if name not in read:
            yield RULE.at(
                analysis.source.key("/inputs" + pointer_of(name)), f"input `{name}` is never read", help="remove it"
            )
