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

from overture.checks.analysis import Analysis, set_value
from overture.checks.index import Entry
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Ref, references
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
            answer = _answer(analysis, ref)
            if answer is not None:
                related = (Related("answered here, unchecked", analysis.source.value(f"{answer.pointer}/id")),)
                message = f"an unchecked answer of `{answer.id}` steers the flow"
                yield RULE.at(at, message, help=f"give `{answer.id}` a `returns`", related=related)


def _answer(analysis: Analysis, ref: Ref) -> Entry | None:
    """The task whose answer a reference reads, at once or through the names of a `set`."""
    todo, seen = [ref], set[Ref]()
    for each in todo:
        entry = analysis.index.tasks.get(each.name) if each.root == "tasks" else None
        if entry is None or each in seen:
            continue
        seen.add(each)
        if isinstance(entry.task, AiTask) and entry.task.returns is None and each.field == "value":
            return entry
        value = set_value(analysis, each)
        if value is not None:
            todo += references(value)
    return None
