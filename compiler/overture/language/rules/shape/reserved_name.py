"""A name that means something else.

## What
The name of a loop's item is one of the names that expressions begin with (`inputs`, `tasks`, `loop`, `secrets`,
`state`, `trigger`, `run`) or a word of the expression language, or a `set` names a value `state` or `error`, which
every task has.

## Why
The name could not be read: the other meaning comes first.

## Example
```yaml
overture: 1
name: greeter
tasks:
  - {id: hits, kind: foreach, items: "[1, 2]", as: run, collect: run}
```

## Instead
```yaml
overture: 1
name: greeter
tasks:
  - {id: hits, kind: foreach, items: "[1, 2]", as: number, collect: number}
outputs: {hits: tasks.hits.value}
```
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV110", "reserved-name", "error", __doc__)
