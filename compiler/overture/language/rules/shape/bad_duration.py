"""A length of time that cannot be read.

## What
A length of time is not written as numbers with the units `d`, `h`, `m`, `s` and `ms`, the larger before the smaller.

## Why
A number without a unit is read as seconds by one person and as milliseconds by the next.

## Example
```yaml
overture: 1
name: greeter
timeout: 5 minutes
tasks:
  - {id: hello, kind: log, message: Hello}
```

## Instead
```yaml
overture: 1
name: greeter
timeout: 5m
tasks:
  - {id: hello, kind: log, message: Hello}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV107", "bad-duration", "error", __doc__)
