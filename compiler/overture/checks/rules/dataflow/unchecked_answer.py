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
from itertools import islice

from overture.checks.analysis import Analysis, Spot
from overture.checks.index import Entry
from overture.checks.taint import taint_of
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Ref, references
from overture.language.roles import Role
from overture.language.tasks import AiTask

RULE = Rule("OV805", "unchecked-answer", "error", __doc__)


MAX_NAMES = 200
"""Names that are followed from a condition to an answer: more would take minutes in a hostile document."""
STEERING = ("when", "where", "until", "items", "that")


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    if not any(isinstance(entry.task, AiTask) and entry.task.returns is None for entry in analysis.index.of("ai")):
        return
    for spot in analysis.spots.values():
        if (
            spot.owner is None
            or spot.field.role is Role.TEMPLATE
            or not (spot.field.path in STEERING or spot.field.path.isdigit())
        ):
            continue
        for ref, at in analysis.refs(spot):
            answer = _answer(analysis, ref, spot)
            if answer is not None:
                related = (Related("answered here, unchecked", analysis.source.value(f"{answer.pointer}/id")),)
                message = f"an unchecked answer of `{answer.id}` steers the flow"
                yield RULE.at(at, message, help=f"give `{answer.id}` a `returns`", related=related)


def _answer(analysis: Analysis, ref: Ref, spot: Spot) -> Entry | None:
    """The task whose answer a reference reads, at once or through a `set`, a loop or a state. Not through code, which
    may have checked it."""
    taint = taint_of(analysis)
    todo, seen = [(ref, spot)], {(ref, spot.place)}
    for each, reader in islice(todo, MAX_NAMES):
        entry = analysis.index.tasks.get(each.name) if each.root == "tasks" else None
        if entry is not None and isinstance(entry.task, AiTask) and entry.task.returns is None:
            if each.field == "value":
                return entry
        elif each.root in ("item", "state") or (entry is not None and entry.kind in ("set", "foreach")):
            for tree, behind in taint.parts(each, reader.place):
                for name in references(tree):
                    if (name, behind.place) not in seen:
                        seen.add((name, behind.place))
                        todo.append((name, behind))
    return None
