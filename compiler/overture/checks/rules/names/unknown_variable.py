"""A bare word that is no name here.

## What
A bare word in an expression is the name of a loop's item, and no loop round it has that name.

## Why
Outside its loop an item has no value; a text stands in quotes, and all else begins with `inputs`,
`tasks`, `secrets`, `state`, `trigger`, `run` or `loop`.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ hello }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 'hello' }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV205", "unknown-variable", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
