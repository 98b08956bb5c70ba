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

from collections.abc import Iterator, Mapping

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.language.tasks import CallTask

RULE = Rule("OV203", "unknown-input", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
    for pointer, given, known in _given(analysis):
        for name in given:
            if name not in known:
                at = analysis.source.key(pointer + pointer_of(name))
                yield RULE.at(at, f"input `{name}` does not exist", help=analysis.suggest(name, known))


def _given(analysis: Analysis) -> Iterator[tuple[str, Mapping[str, object], Mapping[str, object]]]:
    for number, trigger in enumerate(analysis.workflow.triggers or ()):
        yield f"/triggers/{number}/inputs", trigger.inputs or {}, analysis.workflow.inputs or {}
    for entry in analysis.index.entries:
        if isinstance(entry.task, CallTask) and entry.task.workflow in analysis.callees:
            yield (
                f"{entry.pointer}/inputs",
                entry.task.inputs or {},
                analysis.callees[entry.task.workflow].workflow.inputs or {},
            )
