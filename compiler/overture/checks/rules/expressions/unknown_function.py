"""A function that does not exist.

## What
An expression calls something that is no function of the language.

## Why
`overture explain` and the language reference list what there is, with the names of arguments.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ today() }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ now() }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.familiar_words import FUNCTIONS
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV304", "unknown-function", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE, familiar=FUNCTIONS)
