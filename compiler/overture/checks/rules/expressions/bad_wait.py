"""A wait for what is no time.

## What
`for` of a `wait` is a fixed text that is no duration, or `until` one that is no moment.

## Why
Both are templates, so that data may give them; but what is written out can be read before the run.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: pause, kind: wait, for: 5 minutes}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: pause, kind: wait, for: 5m}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import constant
from overture.language.formats import FORMATS
from overture.language.scalars import seconds

RULE = Rule("OV315", "bad-wait", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.entries:
        if entry.kind != "wait":
            continue
        length = constant(analysis.typed(f"{entry.pointer}/for"))
        if isinstance(length, str) and not _is_duration(length):
            at = analysis.source.value(f"{entry.pointer}/for")
            yield RULE.at(at, f"`{length}` is no duration", help="`500ms`, `30s`, `1h30m`, `2d`")
        moment = constant(analysis.typed(f"{entry.pointer}/until"))
        if isinstance(moment, str) and not FORMATS["date-time"](moment):
            at = analysis.source.value(f"{entry.pointer}/until")
            yield RULE.at(at, f"`{moment}` is no moment", help="RFC 3339 with a zone: `2026-01-31T09:00:00Z`")


def _is_duration(text: str) -> bool:
    try:
        seconds(text.strip())
    except ValueError:
        return False
    return True
