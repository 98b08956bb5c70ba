"""A value of another type.

## What
A value of another type than its key takes: a text for a number, an object for a list.

## Why
Nothing is converted silently: `"3"` is a text, and whether 3 is meant only the author knows.

## Example
```yaml
overture: 1
name: greeter
tasks:
  - {id: hello, kind: http, url: "https://example.com", retry: {attempts: three}}
```

## Instead
```yaml
overture: 1
name: greeter
tasks:
  - {id: hello, kind: http, url: "https://example.com", retry: {attempts: 3}}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV103", "wrong-type", "error", __doc__)
