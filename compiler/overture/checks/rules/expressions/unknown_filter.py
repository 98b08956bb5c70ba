"""A filter that does not exist.

## What
An expression uses a filter that the language does not have.

## Why
`overture explain` and the language reference list what there is, with the names of arguments.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 'a' | uper }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 'a' | upper }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.familiar_words import FILTERS
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV302", "unknown-filter", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE, familiar=FILTERS)
