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
            found = _nearest(trigger.timezone)
            edit = None
            if found and _folded(found) == _folded(trigger.timezone):  # `America/Austin` is near to one in Paraguay
                inside = analysis.source.within(pointer, 0, len(trigger.timezone))
                edit = Edit(f"write `{found}`", (Change(inside, found),))
            help = f"did you mean `{found}`?" if found else "name a place, such as `Europe/Berlin`, or `UTC`"
            yield RULE.at(at, f"time zone `{trigger.timezone}` does not exist", help=help, edit=edit)


def _nearest(name: str) -> str | None:
    """The zone that was meant: by its place alone, or almost by its name. An abbreviation or an offset means none: it
    is one of several places, whose clocks change on different days."""
    places = {
        _folded(zone).rpartition("/")[2]: zone
        for zone in sorted(zones(), reverse=True)
        if "/" in zone and not zone.startswith("Etc/")
    }
    if found := places.get(_folded(name)):
        return found
    if (len(name) <= 5 and name.isupper()) or any(each.isdigit() for each in name):
        return None
    return nearest(name, zones())


def _folded(zone: str) -> str:
    return zone.lower().replace(" ", "_").replace("-", "_")
