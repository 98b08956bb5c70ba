"""YAML that stands for other YAML.

## What
An anchor (`&name`), an alias (`*name`), a merge key (`<<`) or a tag (`!name`).

## Why
A workflow means what it says where it says it: a person who reads a task, and a finding that points into it, need no
other place. Aliases can also make a small file huge, and tags make other programs build objects.

## Example
```yaml
overture: 1
name: greeter
defaults: {retry: &often {attempts: 3}}
tasks:
  - {id: hello, kind: http, url: "https://example.com", retry: *often}
```

## Instead
```yaml
overture: 1
name: greeter
defaults: {retry: {attempts: 3}}
tasks:
  - {id: hello, kind: http, url: "https://example.com"}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV006", "yaml-shorthand", "error", __doc__)
