"""A version of the language that is not known.

## What
The value of `overture` is not 1, the version of the language. Nothing else in the file is looked into.

## Why
A file of another version may mean something else by the same words.

## Example
```yaml
overture: 2
name: greeter
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

RULE = Rule("OV108", "unknown-version", "error", __doc__)
