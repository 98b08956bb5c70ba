"""An allow of what is an error.

## What
A comment allows a rule whose finding is an error.

## Why
An error is what cannot be right: a workflow with one does not run, whatever a comment says. Warnings and notes can be
allowed, errors only mended.

## Example
```yaml
overture: 1
name: example
tasks:
  # overture: allow unknown-task (it comes with the next release)
  - {id: hello, kind: log, message: hello}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: hello, kind: log, message: hello}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV993", "allowed-error", "warning", __doc__)
