"""An unchecked answer of a model that steers.

## What
A condition, a list of items or a loop depends on an `ai` answer that has no `returns`.

## Why
A model may answer anything. With `returns` (an enum, a boolean) the answer is checked before
anything depends on it.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: ask, kind: ai, prompt: Is it urgent? Say yes or no.}
  - {id: tell, kind: log, message: urgent, when: tasks.ask.value == 'yes'}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: ask, kind: ai, prompt: Is it urgent?, returns: {type: boolean}}
  - {id: tell, kind: log, message: urgent, when: tasks.ask.value}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule
from overture.language.roles import Role
from overture.language.tasks import AiTask

RULE = Rule("OV805", "unchecked-answer", "error", __doc__)


STEERING = ("when", "where", "until", "items", "that")


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for spot in analysis.spots.values():
        if (
            spot.owner is None
            or spot.field.role is Role.TEMPLATE
            or not (spot.field.path in STEERING or spot.field.path.isdigit())
        ):
            continue
        for ref, at in analysis.refs(spot):
            read = analysis.index.tasks.get(ref.name) if ref.root == "tasks" and ref.field == "value" else None
            if read is not None and isinstance(read.task, AiTask) and read.task.returns is None:
                related = (Related("answered here, unchecked", analysis.source.value(f"{read.pointer}/id")),)
                message = f"an unchecked answer of `{ref.name}` steers the flow"
                yield RULE.at(at, message, help=f"give `{ref.name}` a `returns`", related=related)
