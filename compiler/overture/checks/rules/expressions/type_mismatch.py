"""A value of the wrong type.

## What
An operation, a filter or a field is given a value that can never be of the type it takes.

## Why
Nothing is converted silently: a text is no number, and a run would fail here.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 'a' + 1 }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 'a' ~ 1 }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.taking import handed
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.schemas import misfit

RULE = Rule("OV306", "type-mismatch", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
    for each in handed(analysis):
        if why := misfit(each.given, each.wanted, each.name):
            yield RULE.at(analysis.source.value(each.pointer), why)
        elif wrong := each.misfits:
            message = wrong[0].message.replace("`$` ", f"`{each.name}` ", 1)
            yield RULE.at(analysis.source.value(each.pointer), message)
