"""A task that follows only the last of a group.

## What
Tasks that run side by side are listed one after the other, and the task after them, which has no `needs`, waits
for the last of them only.

## Why
A task without `needs` runs after the task listed before it. The others of the group may still be running when it
starts. Say which it needs.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: start, kind: log, message: start}
  - {id: left, kind: http, method: POST, url: "https://example.com/left", needs: [start]}
  - {id: right, kind: http, method: POST, url: "https://example.com/right", needs: [start]}
  - {id: done, kind: log, message: both are done}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: start, kind: log, message: start}
  - {id: left, kind: http, method: POST, url: "https://example.com/left", needs: [start]}
  - {id: right, kind: http, method: POST, url: "https://example.com/right", needs: [start]}
  - {id: done, kind: log, message: both are done, needs: [left, right]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.index import Entry
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule

RULE = Rule("OV406", "follows-one", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for block in analysis.index.blocks:
        order = analysis.order_of(block)
        if order.is_written_order:
            continue
        needed = {need for needs in order.needs.values() for need in needs}
        for entry in block.entries[2:]:
            last = block.entries[entry.position - 1]
            if entry.task.needs is not None or last.task.needs is None:
                continue
            # whose end nothing waits for was meant to be waited for here; lanes of their own go on elsewhere
            others = [each for each in _group(last) if each not in needed]
            if others:
                names = ", ".join(f"`{each.id}`" for each in others)
                related = tuple(
                    Related("listed in the same group", analysis.source.value(f"{each.pointer}/id")) for each in others
                )
                every = ", ".join(each.id for each in (*others, last))
                at = analysis.source.value(f"{entry.pointer}/id")
                message = f"`{entry.id}` waits for `{last.id}`, not for {names}"
                yield RULE.at(at, message, help=f"say what it needs: `needs: [{every}]`", related=related)


def _group(last: Entry) -> list[Entry]:
    """The tasks listed right before `last` that start together with it: with the same `needs`, written out."""
    found: list[Entry] = []
    needs = last.task.needs
    for entry in reversed(last.block.entries[: last.position]):
        if needs is None or entry.task.needs is None or set(entry.task.needs) != set(needs):
            break
        found.append(entry)
    return found[::-1]
