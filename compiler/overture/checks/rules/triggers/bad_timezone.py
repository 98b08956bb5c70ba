"""A time zone that does not exist.

## What
The schedule's zone is not an IANA name.

## Why
A schedule without a real zone would fire at another hour.

## Example
```yaml
overture: 1
name: example
triggers:
  - {type: schedule, cron: "0 9 * * *", timezone: Europe/Berln}
tasks:
  - {id: hello, kind: log, message: hello}
```

## Instead
```yaml
overture: 1
name: example
triggers:
  - {type: schedule, cron: "0 9 * * *", timezone: Europe/Berlin}
tasks:
  - {id: hello, kind: log, message: hello}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.schedules import is_zone, zones
from overture.diagnostics.model import Change, Diagnostic, Edit
from overture.diagnostics.nearest import nearest
from overture.diagnostics.rules import Rule
from overture.language.workflow import ScheduleTrigger

RULE = Rule("OV502", "bad-timezone", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for number, trigger in enumerate(analysis.workflow.triggers or ()):
        if isinstance(trigger, ScheduleTrigger) and not is_zone(trigger.timezone):
            pointer = f"/triggers/{number}/timezone"
            at = analysis.source.value(pointer)
            found = nearest(trigger.timezone, zones())
            edit = None
            if found and _folded(found) == _folded(trigger.timezone):  # `America/Austin` is near to one in Paraguay
                inside = analysis.source.within(pointer, 0, len(trigger.timezone))
                edit = Edit(f"write `{found}`", (Change(inside, found),))
            help = f"did you mean `{found}`?" if found else "an IANA name, such as `Europe/Berlin` or `UTC`"
            yield RULE.at(at, f"time zone `{trigger.timezone}` does not exist", help=help, edit=edit)


def _folded(zone: str) -> str:
    return zone.lower().replace(" ", "_").replace("-", "_")
