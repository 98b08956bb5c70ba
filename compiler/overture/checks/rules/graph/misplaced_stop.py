"""A stop that is not in the main list.

## What
`stop` stands inside a block or a handler.

## Why
It ends the whole run well, so it stands where the whole run is written: in the workflow's own
`tasks`.

## Example
```yaml
overture: 1
name: example
tasks:
  - id: choose
    kind: branch
    cases:
      - when: run.trigger == 'manual'
        tasks:
          - {id: enough, kind: stop}
  - {id: hello, kind: log, message: hello}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: enough, kind: stop, when: run.trigger == 'manual'}
  - {id: hello, kind: log, message: hello}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV404", "misplaced-stop", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.entries:
        if entry.kind == "stop" and entry.block is not analysis.index.body:
            at = analysis.source.value(f"{entry.pointer}/kind")
            yield RULE.at(
                at, "`stop` stands only in the workflow's own `tasks`", help="use `fail`, or a `branch` round the rest"
            )
