"""An id that stands twice.

## What
Two tasks of the document have the same id; nested tasks count too.

## Why
A task is read by its id (`tasks.fetch.body`), so an id must mean one task, wherever it stands.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: hello, kind: log, message: hello}
  - {id: hello, kind: log, message: again}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: hello, kind: log, message: hello}
  - {id: hello_again, kind: log, message: again}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule

RULE = Rule("OV201", "duplicate-id", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.entries:
        first = analysis.index.tasks[entry.id]
        if first is not entry:
            related = Related("first here", analysis.source.value(f"{first.pointer}/id"))
            yield RULE.at(
                analysis.source.value(f"{entry.pointer}/id"),
                f"task `{entry.id}` exists already",
                help="ids are unique in the whole document: choose another",
                related=(related,),
            )
