"""A condition that is not true or false.

## What
`when`, `where`, `until`, `that`, `and`, `or`, `not` take a boolean, and this value can never be
one.

## Why
There is no truthiness: an empty list, a zero and a text are not false. Say what is meant: `is not
empty`, `!= 0`.

## Example
```yaml
overture: 1
name: example
inputs:
  names: {type: array, items: {type: string}, default: []}
tasks:
  - {id: tell, kind: log, message: hello, when: inputs.names}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  names: {type: array, items: {type: string}, default: []}
tasks:
  - {id: tell, kind: log, message: hello, when: inputs.names is not empty}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.answers import answer_of
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.schemas import describe
from overture.expressions.tree import Expr, ListOf, Text
from overture.language.roles import Role

RULE = Rule("OV307", "not-boolean", "error", __doc__)


CONDITIONS = ("when", "where", "until")


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
    for pointer, spot in analysis.spots.items():
        path = spot.field.path
        if path == "that":
            tree = analysis.typed(pointer)
            items = tree.items if isinstance(tree, ListOf) else ()
            conditions = [(f"{pointer}/{number}", item) for number, item in enumerate(items)]
        elif spot.field.role is Role.EXPRESSION and (path in CONDITIONS or path.isdigit()):
            conditions = [(pointer, analysis.typed(pointer))]
        else:
            continue
        for at, tree in conditions:
            found = tree.type
            if found.kinds and "boolean" not in found.kinds and not _is_unchecked(analysis, tree):
                message = f"a condition must be a boolean, is {describe(found)}"
                yield RULE.at(
                    analysis.source.value(at), message, help="there is no truthiness: compare, or use `is not empty`"
                )


def _is_unchecked(analysis: Analysis, tree: Expr) -> bool:
    """Whether a condition is an answer without `returns`: that is told as what it is."""
    return answer_of(analysis, tree.body if isinstance(tree, Text) else tree) is not None
