"""A trigger that leaves an input open.

## What
An input without a default is not set by a trigger.

## Why
Nobody is there to fill it in when a trigger fires.

## Example
```yaml
overture: 1
name: example
inputs:
  city: {type: string}
triggers:
  - {type: schedule, cron: "0 9 * * *", timezone: UTC}
tasks:
  - {id: tell, kind: log, message: "{{ inputs.city }}"}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  city: {type: string}
triggers:
  - {type: schedule, cron: "0 9 * * *", timezone: UTC, inputs: {city: Berlin}}
tasks:
  - {id: tell, kind: log, message: "{{ inputs.city }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.nearest import did_you_mean
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.language.tasks import CallTask

RULE = Rule("OV503", "open-input", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    inputs = analysis.workflow.inputs or {}
    needed = [name for name, schema in inputs.items() if "default" not in schema]
    for number, trigger in enumerate(analysis.workflow.triggers or ()):
        for name in needed:
            if name not in (trigger.inputs or {}):
                related = (
                    Related("declared here without a default", analysis.source.key("/inputs" + pointer_of(name))),
                )
                help = "set it in the trigger's `inputs`, or give it a default"
                at = analysis.source.value(f"/triggers/{number}/type")
                yield RULE.at(at, f"this trigger leaves input `{name}` open", help=help, related=related)
    for pointer, given, known in _given(analysis):
        for name in given:
            if name not in known:
                at = analysis.source.key(pointer + pointer_of(name))
                yield RULE.at(at, f"input `{name}` does not exist", help=did_you_mean(name, known))
    for entry in analysis.index.entries:
        if isinstance(entry.task, CallTask) and entry.task.workflow in analysis.callees:
            declared = analysis.callees[entry.task.workflow].workflow.inputs or {}
            for name, schema in declared.items():
                if "default" not in schema and name not in (entry.task.inputs or {}):
                    at = analysis.source.value(f"{entry.pointer}/workflow")
                    yield RULE.at(
                        at,
                        f"this call leaves input `{name}` of `{entry.task.workflow}` open",
                        help="set it in `inputs`",
                    )


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
