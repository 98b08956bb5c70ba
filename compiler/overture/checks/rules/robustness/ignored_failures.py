"""Failures that nobody looks at.

## What
A `foreach` skips the items that fail, and nothing reads which they are.

## Why
When all of them fail, the run has done nothing and succeeds. Log how many there are, or fail when there are too
many.

## Example
```yaml
overture: 1
name: example
tasks:
  - id: each
    kind: foreach
    items: [a, b]
    as: page
    on_item_error: skip
    tasks: [{id: fetch, kind: http, method: POST, url: "https://example.com/{{ page }}"}]
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - id: each
    kind: foreach
    items: [a, b]
    as: page
    on_item_error: skip
    tasks: [{id: fetch, kind: http, method: POST, url: "https://example.com/{{ page }}"}]
  - {id: tell, kind: log, level: warning, message: "{{ tasks.each.failed | length }} failed"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.tasks import ForeachTask

RULE = Rule("OV902", "ignored-failures", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    if analysis.unreadable:
        return  # a text that does not parse may read them
    read = {ref.name for spot in analysis.spots.values() for ref in spot.reads if ref.field == "failed"}
    for entry in analysis.index.entries:
        if isinstance(entry.task, ForeachTask) and entry.task.on_item_error == "skip" and entry.id not in read:
            at = analysis.source.key(f"{entry.pointer}/on_item_error")
            help = f"read `tasks.{entry.id}.failed`, if only to log how many there are"
            yield RULE.at(at, f"nothing looks at the items of `{entry.id}` that fail", help=help)
