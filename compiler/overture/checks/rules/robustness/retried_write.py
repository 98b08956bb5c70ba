"""A write that is repeated.

## What
A task that changes something elsewhere has `retry` with more than one attempt and is not marked
`idempotent`.

## Why
When the answer is lost, not the request, the second attempt does it twice. Mark it `idempotent:
true` where twice is once; an http POST carries an Idempotency-Key that some services honour.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: order, kind: http, method: POST, url: "https://example.com/orders", body: {n: 1}, retry: {attempts: 3}}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: order, kind: http, method: POST, url: "https://example.com/orders", body: {n: 1}, retry: {attempts: 3}, idempotent: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.facts import is_write
from overture.language.tasks import Repeatable

RULE = Rule("OV901", "retried-write", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.entries:
        task = entry.task
        if (
            isinstance(task, Repeatable)
            and task.retry
            and task.retry.attempts > 1
            and is_write(task)
            and not task.idempotent
        ):
            at = analysis.source.key(f"{entry.pointer}/retry")
            help = "mark it `idempotent: true` if doing it twice is doing it once"
            yield RULE.at(at, f"`{entry.id}` changes something and may be done twice", help=help)
