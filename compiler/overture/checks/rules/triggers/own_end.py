"""A workflow that starts itself.

## What
An `after` trigger names the workflow that it stands in, and no `when` ends the round.

## Why
Each run would start the next, without end.

## Example
```yaml
overture: 1
name: example
triggers:
  - {type: after, workflow: example}
tasks:
  - {id: hello, kind: log, message: hello}
```

## Instead
```yaml
overture: 1
name: example
triggers:
  - {type: schedule, cron: "0 * * * *", timezone: UTC}
tasks:
  - {id: hello, kind: log, message: hello}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.workflow import AfterTrigger

RULE = Rule("OV504", "own-end", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for number, trigger in enumerate(analysis.workflow.triggers or ()):
        is_own = isinstance(trigger, AfterTrigger) and trigger.workflow == analysis.workflow.name
        if is_own and trigger.when is None:
            at = analysis.source.value(f"/triggers/{number}/workflow")
            yield RULE.at(
                at, f"`{analysis.workflow.name}` starts itself when it ends", help="use a schedule, or `repeat`"
            )
