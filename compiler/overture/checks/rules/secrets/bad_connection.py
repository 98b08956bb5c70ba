"""A connection that is no secret.

## What
`connection` of `sql` and `email` is something else than exactly `"{{ secrets.X }}"`.

## Why
A connection holds a password, and says which server is reached: the whole url is the secret, approved by its
name.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: rows, kind: sql, connection: "sqlite:///a.db", query: select 1}
```

## Instead
```yaml
overture: 1
name: example
secrets: [DATABASE]
tasks:
  - {id: rows, kind: sql, connection: "{{ secrets.DATABASE }}", query: select 1}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Expr, Ref, Template

RULE = Rule("OV704", "bad-connection", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.entries:
        pointer = f"{entry.pointer}/connection"
        spot = analysis.spots.get(pointer)
        if spot is None or pointer in analysis.unreadable or _is_secret(spot.tree):
            continue
        help = 'the whole url is one secret: `connection: "{{ secrets.X }}"`'
        yield RULE.at(analysis.source.value(pointer), "`connection` is not exactly a secret", help=help)


def _is_secret(tree: Expr) -> bool:
    if isinstance(tree, Template) and len(tree.parts) == 1:
        tree = tree.parts[0]
    return isinstance(tree, Ref) and tree.root == "secrets"
