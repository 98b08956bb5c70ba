"""A number that cannot be kept.

## What
A number that does not fit: not a number (`.nan`, `NaN`), infinite (`.inf`, `1e999`), or an integer beyond 64 bits.

## Why
Every engine computes such numbers differently, or refuses them while the workflow runs.

## Example
```yaml
overture: 1
name: greeter
inputs: {limit: {type: number, default: .inf}}
tasks:
  - {id: hello, kind: log, message: Hello}
```

## Instead
```yaml
overture: 1
name: greeter
inputs: {limit: {type: number, default: 1000000}}
tasks:
  - {id: hello, kind: log, message: Hello}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV009", "number-out-of-range", "error", __doc__)
