"""A key that stands twice.

## What
A key stands twice in one object.

## Why
Most readers keep the last one without a word, some the first. Which one is meant, only the author knows.

## Example
```yaml
overture: 1
name: greeter
name: welcome
tasks:
  - {id: hello, kind: log, message: Hello}
```

## Instead
```yaml
overture: 1
name: greeter
tasks:
  - {id: hello, kind: log, message: Hello}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV007", "duplicate-key", "error", __doc__)
