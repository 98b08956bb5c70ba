"""Keys that do not go together.

## What
Keys of one object that exclude one another stand together, or one stands without the one that gives it a
meaning (`max_delay` without `backoff: exponential`).

## Why
One of them would be ignored, and the file would not say which.

## Example
```yaml
overture: 1
name: greeter
tasks:
  - {id: pause, kind: wait, for: 1h, until: "2030-01-01T00:00:00Z"}
```

## Instead
```yaml
overture: 1
name: greeter
tasks:
  - {id: pause, kind: wait, for: 1h}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV109", "keys-disagree", "error", __doc__)
