"""A result that nothing reads.

## What
A task has no purpose but its result (an answer of a model, the content of a file, a mapping), and nothing reads
it.

## Why
It costs time or money for nothing, or what should read it reads something else.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: joke, kind: ai, prompt: Tell a joke.}
  - {id: tell, kind: log, message: hello}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: joke, kind: ai, prompt: Tell a joke.}
  - {id: tell, kind: log, message: "{{ tasks.joke.value }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.index import Entry
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.tasks import AiTask, ForeachTask, ReadFileTask

RULE = Rule("OV214", "unused-result", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    if analysis.unreadable:
        return  # a text that does not parse may read it
    reads = [ref for spot in analysis.spots.values() for ref in spot.reads if ref.root == "tasks"]
    read = {ref.name for ref in reads}
    if any(name not in analysis.index.tasks for name in read):
        return  # a name that is misspelt may mean it
    for entry in analysis.index.entries:
        if _is_only_a_result(entry) and entry.id not in read:
            at = analysis.source.value(f"{entry.pointer}/id")
            yield RULE.at(at, f"nothing reads the result of `{entry.id}`", help="read it, or remove the task")


def _is_only_a_result(entry: Entry) -> bool:
    task = entry.task
    return isinstance(task, (AiTask, ReadFileTask)) or (isinstance(task, ForeachTask) and task.tasks is None)
