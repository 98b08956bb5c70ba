"""A query that cannot be read.

## What
A query does not parse in the SQL of its database (as far as the name of its secret tells which that is: any
otherwise), has no statement, or more than one.

## Why
It would fail when its turn comes. Of several statements, databases run the first, all, or none: each belongs into a
task of its own.

## Example
```yaml
overture: 1
name: example
secrets: [POSTGRES_URL]
tasks:
  - {id: rows, kind: sql, connection: "{{ secrets.POSTGRES_URL }}", query: select * from people where}
```

## Instead
```yaml
overture: 1
name: example
secrets: [POSTGRES_URL]
tasks:
  - {id: rows, kind: sql, connection: "{{ secrets.POSTGRES_URL }}", query: select * from people where city is not null}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.tasks import SqlTask

RULE = Rule("OV604", "sql-query", "warning", __doc__)

MAX_QUERIES = 200
"""Different ones of a workflow that are parsed: each takes a millisecond, and nobody writes more."""


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for entry in analysis.index.of("sql"):
        if not isinstance(entry.task, SqlTask) or "{{" in entry.task.query:
            continue
        query = entry.task.query
        seen.add(query)
        if len(seen) > MAX_QUERIES:
            return
        from overture.checks.queries import fault_of, tongue_of

        spot = analysis.spots.get(f"{entry.pointer}/connection")
        secret = next((ref.name for ref in spot.reads if ref.root == "secrets"), "") if spot is not None else ""
        fault = fault_of(query, tongue_of(secret))
        if fault is None:
            continue
        help = "give each statement a task of its own" if fault.message.endswith("statements") else None
        is_whole = fault.span == (0, len(query))
        pointer = f"{entry.pointer}/query"
        at = analysis.source.value(pointer) if is_whole else analysis.source.within(pointer, *fault.span)
        yield RULE.at(at, fault.message, help=help)
