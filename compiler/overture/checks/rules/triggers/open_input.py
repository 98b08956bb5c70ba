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
from overture.diagnostics.nearest import nearest
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.language.tasks import CallTask

RULE = Rule("OV503", "open-input", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    inputs = analysis.workflow.inputs or {}
    needed = [name for name, schema in inputs.items() if "default" not in schema]
    for number, trigger in enumerate(analysis.workflow.triggers or ()):
        for name in needed:
            if not _is_given(name, trigger.inputs, inputs):
                related = (
                    Related("declared here without a default", analysis.source.key("/inputs" + pointer_of(name))),
                )
                help = "set it in the trigger's `inputs`, or give it a default"
                at = analysis.source.value(f"/triggers/{number}/type")
                yield RULE.at(at, f"this trigger leaves input `{name}` open", help=help, related=related)
    for entry in analysis.index.entries:
        if isinstance(entry.task, CallTask) and entry.task.workflow in analysis.callees:
            declared = analysis.callees[entry.task.workflow].workflow.inputs or {}
            for name, schema in declared.items():
                if "default" not in schema and not _is_given(name, entry.task.inputs, declared):
                    at = analysis.source.value(f"{entry.pointer}/workflow")
                    yield RULE.at(
                        at,
                        f"this call leaves input `{name}` of `{entry.task.workflow}` open",
                        help="set it in `inputs`",
                    )


def _is_given(name: str, given: Mapping[str, object] | None, declared: Mapping[str, object]) -> bool:
    """Whether an input is given, or a name that does not exist (which is a finding of its own) was meant to be it."""
    return any(each == name or (each not in declared and nearest(each, [name])) for each in given or {})
