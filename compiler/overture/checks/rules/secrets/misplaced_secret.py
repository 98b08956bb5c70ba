"""A secret where it may not stand.

## What
A secret is read outside the places that keep it: every part of an `http` or `action`, `env`,
`stdin`, `connection`, and `args` of python.

## Why
Elsewhere it would be logged, stored, or told to a model.

## Example
```yaml
overture: 1
name: example
secrets: [TOKEN]
tasks:
  - {id: tell, kind: log, message: "{{ secrets.TOKEN }}"}
```

## Instead
```yaml
overture: 1
name: example
secrets: [TOKEN]
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", auth: {type: bearer, token: "{{ secrets.TOKEN }}"}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis, Spot
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV703", "misplaced-secret", "error", __doc__)


EVERYWHERE = ("http", "action")
ALLOWED = {"env", "stdin", "connection"}


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for spot in analysis.spots.values():
        if may_hold_secrets(spot) or not any(ref.root == "secrets" for ref in spot.reads):
            continue  # to know a place takes longer than to know a name
        for ref, at in analysis.refs(spot):
            if ref.root == "secrets":
                help = "secrets stand in `http`, `action`, `env`, `stdin`, `connection` and python's `args`"
                yield RULE.at(at, f"secret `{ref.name}` may not stand here", help=help)


def may_hold_secrets(spot: Spot) -> bool:
    """Whether secrets may stand in a field."""
    if spot.owner is None or spot.field.path == "when":
        return False
    if spot.owner.kind in EVERYWHERE or spot.field.path in ALLOWED:
        return True
    return spot.owner.kind == "python" and spot.field.path == "args"
