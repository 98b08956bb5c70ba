"""A character that has no place in text.

## What
The file is not UTF-8 text, or holds a character that text does not: a control character, half of a surrogate pair,
and in YAML a line separator (U+0085, U+2028, U+2029) or a byte order mark that is not at the start.

## Why
Editors show such characters as nothing, or as the end of a line, so that two people read two different workflows
in one file. YAML 1.2 (5.1) forbids most of them.

## Example
```yaml
overture: 1
name: greeter
tasks:
  - {id: hello, kind: log, message: "one\u2028two"}
```

## Instead
```yaml
overture: 1
name: greeter
tasks:
  - {id: hello, kind: log, message: "one\\ntwo"}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV001", "not-text", "error", __doc__)
