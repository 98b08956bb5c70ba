"""An allow of a rule that there is not.

## What
A comment allows a rule by a name, or a code, that no rule of the checker has.

## Why
It silences nothing, and whoever wrote it believes that it does.

## Example
```yaml
overture: 1
name: example
inputs:
  region: {type: string, default: eu}  # overture: allow unused-inputs (the dashboard shows it)
tasks:
  - {id: hello, kind: log, message: "hello {{ inputs.region }}"}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  region: {type: string, default: eu}  # overture: allow unused-input (the dashboard shows it)
tasks:
  - {id: hello, kind: log, message: hello}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV992", "unknown-rule", "warning", __doc__)
