"""A name that cannot be used.

## What
A name or an id does not fit `[a-z][a-z0-9_]*` with at most 64 characters, or the name of a secret does not fit
`[A-Z][A-Z0-9_]*`.

## Why
Names stand in expressions, in file names and in generated code of several engines. These characters mean themselves in
all of them.

## Example
```yaml
overture: 1
name: greeter
tasks:
  - {id: say-hello, kind: log, message: Hello}
```

## Instead
```yaml
overture: 1
name: greeter
tasks:
  - {id: say_hello, kind: log, message: Hello}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV106", "bad-name", "error", __doc__)
