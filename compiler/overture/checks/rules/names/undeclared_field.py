"""A property that the schema does not mention.

## What
An expression reads a property that an open object does not declare. Under `default` and `is defined` that is told
only of a name that is one slip away from a declared one.

## Why
It may well be there, but nothing checks it: a misspelt name is found only when the run fails.
Declare it in `returns`.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: object, properties: {id: {type: integer}}, required: [id]}}
  - {id: tell, kind: log, message: "{{ tasks.fetch.body.id }} {{ tasks.fetch.body.title }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: object, properties: {id: {type: integer}}, required: [id]}}
  - {id: tell, kind: log, message: "{{ tasks.fetch.body.id }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV209", "undeclared-field", "info", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
