"""A key that is no text.

## What
A key of an object is a number, `true`, `null`, a list or an object, or is missing.

## Why
JSON knows only texts as keys, and a workflow is JSON's data: `404` and `"404"` would be two keys in YAML and one in
JSON.

## Example
```yaml
overture: 1
name: greeter
labels: {404: not found}
tasks:
  - {id: hello, kind: log, message: Hello}
```

## Instead
```yaml
overture: 1
name: greeter
labels: {"404": not found}
tasks:
  - {id: hello, kind: log, message: Hello}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV008", "key-not-text", "error", __doc__)
