"""An allow that silences nothing.

## What
A comment allows a rule where that rule finds nothing to warn of.

## Why
What it once allowed has been mended, or stands elsewhere by now. Left in, it would silence the next mistake of that
kind, for a reason that was given for another.

## Example
```yaml
overture: 1
name: example
tasks:
  # overture: allow retried-write (the service keeps no duplicates)
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

RULE = Rule("OV991", "unused-allow", "warning", __doc__)
