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
from overture.checks.answers import steering
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule

RULE = Rule("OV805", "unchecked-answer", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for each in steering(analysis):
        id = each.answer.id
        related = (Related("answered here, unchecked", analysis.source.value(f"{each.answer.pointer}/id")),)
        message = f"an unchecked answer of `{id}` steers the flow"
        yield RULE.at(each.at, message, help=f"give `{id}` a `returns`", related=related)
