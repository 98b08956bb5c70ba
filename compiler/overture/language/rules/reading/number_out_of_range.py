"""A number that cannot be kept.

## What
A number that does not fit: not a number (`.nan`, `NaN`), infinite (`.inf`, `1e999`), or an integer beyond 64 bits.

## Why
Every engine computes such numbers differently, or refuses them while the workflow runs.

## Example
```yaml
overture: 1
name: greeter
tasks:
  - {id: all, kind: http, url: "https://example.com", query: {limit: .inf}}
```

## Instead
```yaml
overture: 1
name: greeter
tasks:
  - {id: all, kind: http, url: "https://example.com", query: {limit: 1000000}}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV009", "number-out-of-range", "error", __doc__)
