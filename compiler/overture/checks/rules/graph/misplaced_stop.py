"""A stop that is not in the main list.

## What
`stop` stands inside a block or a handler; or there are too many; or two stand side by side and end different
tasks.

## Why
It ends the whole run well, so it stands where the whole run is written: in the workflow's own
`tasks`.

## Example
```yaml
overture: 1
name: example
tasks:
  - id: choose
    kind: branch
    cases:
      - when: run.trigger == 'manual'
        tasks:
          - {id: enough, kind: stop}
  - {id: hello, kind: log, message: hello}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: enough, kind: stop, when: run.trigger == 'manual'}
  - {id: hello, kind: log, message: hello}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from overture.checks.analysis import Analysis
from overture.checks.index import Entry
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule

RULE = Rule("OV404", "misplaced-stop", "error", __doc__)


MAX_STOPS = 50
"""Each stop puts what comes after it into a branch, one inside the other."""


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    stops = [entry for entry in analysis.index.entries if entry.kind == "stop"]
    for entry in stops:
        if entry.block is not analysis.index.body:
            at = analysis.source.value(f"{entry.pointer}/kind")
            help = "use `fail`, or a `branch` round the rest"
            yield RULE.at(at, "`stop` stands only in the workflow's own `tasks`", help=help)
    own = [entry for entry in stops if entry.block is analysis.index.body]
    if len(own) > MAX_STOPS:
        at = analysis.source.value(f"{own[MAX_STOPS].pointer}/kind")
        yield RULE.at(at, f"a workflow has at most {MAX_STOPS} stops", help="use a `branch`")
        return
    yield from _entangled(analysis, own)


def _entangled(analysis: Analysis, stops: list[Entry]) -> Iterator[Diagnostic]:
    """Stops side by side of which one ends more than the other: as branches they would have to overlap."""
    order = analysis.order_of(analysis.index.body)
    if order.is_written_order or order.topological is None:
        return
    ended = {stop: {entry for entry in order.topological if order.is_before(stop, entry)} for stop in stops}
    for one, other in combinations(stops, 2):
        if (
            other in ended[one]
            or one in ended[other]
            or ended[one] == ended[other]
            or ended[one].isdisjoint(ended[other])
        ):
            continue
        related = (Related("beside this one", analysis.source.value(f"{one.pointer}/kind")),)
        message = f"`{one.id}` and `{other.id}` stop side by side, and not the same tasks"
        at = analysis.source.value(f"{other.pointer}/kind")
        yield RULE.at(at, message, help="order them with `needs`", related=related)
        return
