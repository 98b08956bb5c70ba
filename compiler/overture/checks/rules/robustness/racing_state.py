"""A state that is read while it is written.

## What
A task writes a state, and another that runs side by side with it reads or writes the same; or the items of a loop do
so, more than one at once.

## Why
What is read depends on who is faster, and of two writes one is lost.

## Example
```yaml
overture: 1
name: example
state:
  total: {type: integer, default: 0}
tasks:
  - id: each
    kind: foreach
    items: [1, 2, 3]
    as: number
    concurrency: 3
    tasks:
      - {id: add, kind: remember, values: {total: "{{ state.total + number }}"}}
```

## Instead
```yaml
overture: 1
name: example
state:
  total: {type: integer, default: 0}
tasks:
  - id: each
    kind: foreach
    items: [1, 2, 3]
    as: number
    tasks:
      - {id: add, kind: remember, values: {total: "{{ state.total + number }}"}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.index import Entry
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.language.tasks import ForeachTask, RememberTask

RULE = Rule("OV903", "racing-state", "warning", __doc__)


NEAR = 100
"""Tasks before and after a writing one, of those that use the same state, that it is compared with: thousands of them
would be compared with thousands."""


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    if all(order.is_written_order for order in analysis.orders.values()) and not any(
        isinstance(entry.task, ForeachTask) and entry.task.concurrency > 1 for entry in analysis.index.entries
    ):
        return  # one task after the other, as in most workflows
    users: dict[str, dict[Entry, None]] = {}
    for spot in analysis.spots.values():
        for ref in spot.reads:
            if ref.root == "state" and spot.owner is not None:
                users.setdefault(ref.name, {})[spot.owner] = None
    writers: dict[str, list[Entry]] = {}
    for entry in analysis.index.entries:
        if isinstance(entry.task, RememberTask):
            for name in entry.task.values:
                writers.setdefault(name, []).append(entry)
                users.setdefault(name, {})[entry] = None
    places = {entry: place for place, entry in enumerate(analysis.index.entries)}
    for name, entries in writers.items():
        near = sorted(users[name], key=places.__getitem__)
        numbers = {entry: number for number, entry in enumerate(near)}
        for writer in entries:
            here = numbers[writer]
            others = near[max(here - NEAR, 0) : here + NEAR]
            other = next((each for each in others if _run_at_once(analysis, writer, each)), None)
            if other is not None:
                at = analysis.source.key(f"{writer.pointer}/values" + pointer_of(name))
                related = (Related("this runs at the same time", analysis.source.value(f"{other.pointer}/id")),)
                who = f"`{other.id}` of another item" if other is writer else f"`{other.id}`"
                message = f"state `{name}` is written while {who} reads or writes it"
                yield RULE.at(at, message, help="order them with `needs`, or one item after the other", related=related)
                break


def _run_at_once(analysis: Analysis, one: Entry, other: Entry) -> bool:
    """Whether nothing keeps two tasks from running at the same time; a task runs at once with itself in a loop."""
    for outer, inner in zip(one.chain(), other.chain(), strict=False):
        if outer is not inner:
            if outer.block is not inner.block:
                return False  # of two cases, or of a block and its handler, one runs
            order = analysis.order_of(outer.block)
            return not order.is_before(outer, inner) and not order.is_before(inner, outer)
        if (
            isinstance(outer.task, ForeachTask)
            and outer.task.concurrency > 1
            and outer is not one
            and inner is not other
        ):
            return _reads_and_writes(analysis, one, other)
    return False


def _reads_and_writes(analysis: Analysis, writer: Entry, other: Entry) -> bool:
    """Whether items of a loop meet over a state: to write what no item reads is harmless, it is what stays."""
    if other is not writer:
        return True
    names = set(writer.task.values) if isinstance(writer.task, RememberTask) else set()
    return any(ref.root == "state" and ref.name in names for spot in analysis.fields(writer) for ref in spot.reads)
