"""A time that a clock change skips or repeats.

## What
The schedule's hour does not exist, or comes twice, on a day when the clocks of its zone change.

## Why
Engines differ there: a run comes an hour late or not at all, and where the hour is shown twice, once or twice.
An hour away from the change, or `UTC`, is the same everywhere.

## Example
```yaml
overture: 1
name: example
triggers:
  - {type: schedule, cron: "30 2 * * *", timezone: Europe/Berlin}
tasks:
  - {id: hello, kind: log, message: hello}
```

## Instead
```yaml
overture: 1
name: example
triggers:
  - {type: schedule, cron: "30 4 * * *", timezone: Europe/Berlin}
tasks:
  - {id: hello, kind: log, message: hello}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from overture.checks.analysis import Analysis
from overture.checks.schedules import clock_change, cron_problem, is_zone
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.workflow import ScheduleTrigger

RULE = Rule("OV505", "clock-change", "info", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for number, trigger in enumerate(analysis.workflow.triggers or ()):
        if not isinstance(trigger, ScheduleTrigger) or not is_zone(trigger.timezone) or cron_problem(trigger.cron):
            continue
        change = clock_change(trigger.cron, trigger.timezone, datetime.now(UTC))
        if change is not None:
            what = "does not exist" if change.is_skipped else "comes twice"
            yield RULE.at(
                analysis.source.value(f"/triggers/{number}/cron"),
                f"{change.moment:%H:%M} {what} on {change.moment:%Y-%m-%d} in `{trigger.timezone}`",
                help="choose an hour at which the clocks do not change, or `UTC`",
            )
