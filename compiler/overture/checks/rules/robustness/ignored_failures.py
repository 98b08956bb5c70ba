"""Failures that nobody looks at.

## What
A `foreach` skips the items that fail, and nothing reads which they are. A `try` without `catch`, and a task that may
fail (`on_error: continue`), of which nothing reads anything: a note.

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
from overture.checks.index import HANDLERS, Entry
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.tasks import ForeachTask, TryTask

RULE = Rule("OV902", "ignored-failures", "warning", __doc__)

_REACHING = ("http", "action", "ai", "python", "shell", "sql", "email", "call")
"""Kinds that reach out, and so fail one day."""


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    if analysis.unreadable:
        return  # a text that does not parse may read them
    reads = [ref for spot in analysis.spots.values() for ref in spot.reads if ref.root == "tasks"]
    failed = {ref.name for ref in reads if ref.field == "failed"}
    for entry in analysis.index.of("foreach"):
        if isinstance(entry.task, ForeachTask) and entry.task.on_item_error == "skip" and entry.id not in failed:
            at = analysis.source.key(f"{entry.pointer}/on_item_error")
            help = f"read `tasks.{entry.id}.failed`, if only to log how many there are"
            yield RULE.at(at, f"nothing looks at the items of `{entry.id}` that fail", help=help)
    yield from _swallowed(analysis, {ref.name for ref in reads})


def _swallowed(analysis: Analysis, read: set[str]) -> Iterator[Diagnostic]:
    for entry in analysis.index.of("try"):
        if not isinstance(entry.task, TryTask) or entry.task.catch:
            continue
        inside = [each for block in entry.blocks for each in block.walk()]
        may_fail = any(each.kind in (*_REACHING, "assert", "fail") for each in inside)
        if may_fail and read.isdisjoint((entry.id, *(each.id for each in inside))):
            at = analysis.source.value(f"{entry.pointer}/id")
            help = f"give it a `catch`, or read `tasks.{entry.id}.error`"
            yield RULE.at(at, f"nothing looks at what fails in `{entry.id}`", help=help, severity="info")
    for entry in analysis.index.of(*_REACHING):
        if entry.task.on_error == "continue" and entry.id not in read and not _is_handler(entry):
            at = analysis.source.key(f"{entry.pointer}/on_error")
            help = f"read `tasks.{entry.id}.error`, if only to log it"
            yield RULE.at(at, f"nothing looks at whether `{entry.id}` failed", help=help, severity="info")


def _is_handler(entry: Entry) -> bool:
    """Whether a task only tells or tidies up: its own failure is of no account."""
    return any(each.block.slot in (*HANDLERS, "catch") for each in entry.chain())
