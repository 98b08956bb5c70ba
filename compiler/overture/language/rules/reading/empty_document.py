"""Nothing in the file.

## What
The file holds nothing but white space and comments.

## Why
An empty file is more often a write that failed than a workflow that does nothing.

## Example
```yaml
# a greeting, one day
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

RULE = Rule("OV004", "empty-document", "error", __doc__)
