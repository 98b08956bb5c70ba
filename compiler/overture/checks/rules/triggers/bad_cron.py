"""A cron expression that is wrong or never fires.

## What
The schedule does not parse as POSIX cron of five fields, or no date fits it.

## Why
A schedule that never fires fails in silence.

## Example
```yaml
overture: 1
name: example
triggers:
  - {type: schedule, cron: "0 9 31 2 *", timezone: Europe/Berlin}
tasks:
  - {id: hello, kind: log, message: hello}
```

## Instead
```yaml
overture: 1
name: example
triggers:
  - {type: schedule, cron: "0 9 1 2 *", timezone: Europe/Berlin}
tasks:
  - {id: hello, kind: log, message: hello}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.schedules import cron_problem
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.workflow import ScheduleTrigger

RULE = Rule("OV501", "bad-cron", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for number, trigger in enumerate(analysis.workflow.triggers or ()):
        if isinstance(trigger, ScheduleTrigger) and (why := cron_problem(trigger.cron)):
            at = analysis.source.value(f"/triggers/{number}/cron")
            yield RULE.at(at, why, help="five fields: minute, hour, day of month, month, day of week")
