"""A workflow to call that is not there.

## What
A `call` names a workflow that does not stand beside this one, or this one itself.

## Why
A call finds a workflow by name among the files of the same folder; a workflow never calls itself.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: again, kind: call, workflow: example}
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
from overture.language.tasks import CallTask

RULE = Rule("OV211", "unknown-workflow", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.entries:
        if not isinstance(entry.task, CallTask):
            continue
        name, at = entry.task.workflow, analysis.source.value(f"{entry.pointer}/workflow")
        if name == analysis.workflow.name:
            yield RULE.at(at, f"workflow `{name}` calls itself", help="use `repeat` or `foreach`")
        elif name in analysis.unknown_callees:
            yield RULE.at(
                at,
                f"workflow `{name}` does not stand beside this one",
                help=f"put `{name}.flow.yaml` into the same folder",
            )
