"""An allow without a reason.

## What
A comment allows a rule and does not say why, in parentheses.

## Why
Whoever reads the workflow next has to know whether the reason still holds. The finding is silent all the same.

## Example
```yaml
overture: 1
name: example
inputs:
  region: {type: string, default: eu}  # overture: allow unused-input
tasks:
  - {id: hello, kind: log, message: hello}
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

RULE = Rule("OV994", "missing-reason", "warning", __doc__)
