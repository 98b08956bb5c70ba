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
from overture.checks.telling import unread
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of

RULE = Rule("OV212", "unused-input", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for name in unread(analysis, "inputs", analysis.workflow.inputs or {}):
        at = analysis.source.key("/inputs" + pointer_of(name))
        yield RULE.at(at, f"input `{name}` is never read", help="remove it")
