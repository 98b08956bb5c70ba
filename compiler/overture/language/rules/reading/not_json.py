"""Not JSON.

## What
The file is not one JSON value (RFC 8259): a comma too many or too few, a text without quotes, a comment, something
after the end.

## Why
A file whose name ends in `.json`, or that begins with `{`, is read as JSON, so that every other program that reads
JSON reads the same.

## Example
```json
{
  "overture": 1,
  "name": "greeter",
  "tasks": [{"id": "hello", "kind": "log", "message": "Hello"},]
}
```

## Instead
```json
{
  "overture": 1,
  "name": "greeter",
  "tasks": [{"id": "hello", "kind": "log", "message": "Hello"}]
}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV003", "not-json", "error", __doc__)
