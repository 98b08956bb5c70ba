"""A key that is not there.

## What
A key that must be there is not: the `url` of an `http` task, the `collect` of a `foreach` without tasks, the `param` of
pages that are counted, one of `for` and `until` of a `wait`.

## Why
The language has defaults where one is right nearly always. Here none is.

## Example
```yaml
overture: 1
name: greeter
tasks:
  - {id: hello, kind: log}
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

RULE = Rule("OV102", "missing-key", "error", __doc__)
