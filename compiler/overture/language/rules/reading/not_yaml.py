"""Not YAML.

## What
The file is not one YAML 1.2 document.

## Why
What cannot be read cannot be checked. The place is where the reader could not go on: the mistake stands there, or
shortly before.

## Example
```yaml
overture: 1
name: greeter
description: Greets: twice
tasks:
  - {id: hello, kind: log, message: Hello}
```

## Instead
```yaml
overture: 1
name: greeter
description: "Greets: twice"
tasks:
  - {id: hello, kind: log, message: Hello}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV002", "not-yaml", "error", __doc__)
