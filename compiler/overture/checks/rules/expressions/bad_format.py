"""A date format outside the table.

## What
The format of `date` has a directive that the language does not have, or none at all.

## Why
Only directives that mean the same everywhere, whatever the locale, are allowed: %Y %m %d %H %M %S
%f %j %a %b %z %%.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ now() | date('YYYY') }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ now() | date('%Y') }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV310", "bad-format", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
