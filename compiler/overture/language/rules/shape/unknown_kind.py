"""A kind that does not exist.

## What
The `kind` of a task, or the `type` of a trigger or of `auth`, is none that exists. What stands beside it is not looked
into.

## Why
The kind says which keys a task takes and what it results in.

## Example
```yaml
overture: 1
name: greeter
tasks:
  - {id: hello, kind: htpp, url: "https://example.com"}
```

## Instead
```yaml
overture: 1
name: greeter
tasks:
  - {id: hello, kind: http, url: "https://example.com"}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV104", "unknown-kind", "error", __doc__)
