"""A workflow that cannot be called.

## What
A `call` names a workflow that does not stand beside this one, this one itself, one that leads back to
it, or one that has errors.

## Why
A call finds a workflow by name among the files of the same folder; a workflow never calls itself, nor
does one of those that it calls.

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
from overture.diagnostics.model import Diagnostic, Related
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
        elif name in analysis.rings:
            names = " -> ".join(f"`{each}`" for each in (*analysis.rings[name], name))
            yield RULE.at(at, f"workflows call one another: {names}", help="remove one of these calls")
        elif name in analysis.broken:
            first = analysis.broken[name]
            related = (Related(first.message, first.at),)
            yield RULE.at(
                at, f"workflow `{name}` has errors", help=f"`overture check {first.at.path}`", related=related
            )
        elif name in analysis.absent:
            yield RULE.at(
                at,
                f"workflow `{name}` does not stand beside this one",
                help=f"put `{name}.flow.yaml` into the same folder",
            )
