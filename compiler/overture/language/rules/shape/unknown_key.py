"""A key that does not exist.

## What
A key that the object does not take. What stands under it is not looked into.

## Why
A key that nobody reads looks as if it did something. Most of them are slips of the finger, or belong to another kind of
task.

## Example
```yaml
overture: 1
name: greeter
tasks:
  - {id: hello, kind: http, url: "https://example.com", methd: POST}
```

## Instead
```yaml
overture: 1
name: greeter
tasks:
  - {id: hello, kind: http, url: "https://example.com", method: POST}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV101", "unknown-key", "error", __doc__)
