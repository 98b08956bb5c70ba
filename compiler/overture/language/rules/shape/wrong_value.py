"""A value that is not taken.

## What
A value of the right type that its key does not take: a word that is none of those it knows, a number below or above its
limits, a list that is empty where at least one is needed.

## Why
Enumerated words are literal, so that they can be checked, and shown, before anything runs.

## Example
```yaml
overture: 1
name: greeter
tasks:
  - {id: hello, kind: log, message: Hello, level: loud}
```

## Instead
```yaml
overture: 1
name: greeter
tasks:
  - {id: hello, kind: log, message: Hello, level: warning}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV105", "wrong-value", "error", __doc__)
