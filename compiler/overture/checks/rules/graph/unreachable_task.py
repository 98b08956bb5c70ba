"""A task that can never run.

## What
It comes after a `fail` or a `stop` that always happens, or its own condition is false whatever the
data.

## Why
Whoever reads the workflow believes that it runs.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: give_up, kind: fail, message: no}
  - {id: tell, kind: log, message: hello}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: hello}
  - {id: give_up, kind: fail, message: no}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.conditions import truth_of
from overture.checks.index import Entry
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule
from overture.language.tasks import BranchTask, FailTask, RepeatTask, StopTask, TryTask

RULE = Rule("OV403", "unreachable-task", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    endings = _endings(analysis)
    for block in analysis.index.blocks if endings else ():
        for end in [entry for entry in block.entries if entry in endings][:1]:
            order = analysis.order_of(block)
            for entry in block.entries[end.position + 1 :]:
                if order.is_before(end, entry):
                    related = Related(f"`{end.id}` always ends it here", analysis.source.value(f"{end.pointer}/id"))
                    yield RULE.at(
                        analysis.source.value(f"{entry.pointer}/id"),
                        f"task `{entry.id}` can never run",
                        related=(related,),
                    )
                    break
    told = {pointer for pointer, _ in analysis.findings}
    for entry in analysis.index.entries:
        pointer = f"{entry.pointer}/when"
        if entry.task.when is not None and pointer not in told and truth_of(analysis.typed(pointer)) is False:
            at = analysis.source.value(f"{entry.pointer}/when")
            yield RULE.at(at, f"task `{entry.id}` can never run: its condition is false")


def _endings(analysis: Analysis) -> set[Entry]:
    """The tasks after which nothing runs, whatever the data: they fail or stop, or every way through them does."""
    found: set[Entry] = set()
    if not any(analysis.index.of("fail", "stop")):
        return found  # nothing else ends anything
    for entry in reversed(analysis.index.entries):  # what a task holds comes before it
        task = entry.task
        if task.when is not None or task.on_error != "fail":
            continue
        ending = {block.slot for block in entry.blocks if any(each in found for each in block.entries)}
        if isinstance(task, BranchTask):
            is_end = task.else_ is not None and len(ending) == len(entry.blocks)
        elif isinstance(task, TryTask):
            is_end = ending == {"tasks", "catch"}  # without a `catch` the run goes on
        else:
            is_end = isinstance(task, (FailTask, StopTask)) or (isinstance(task, RepeatTask) and bool(ending))
        if is_end:
            found.add(entry)
    return found
