"""An answer that is read deep and checked by nothing.

## What
An `http` task has no `returns`, and an expression reads at least three levels into its body. Told once a task, at the
first such read; what `default` or a guard covers is let be.

## Why
The day the service answers otherwise, the task that reads fails, far from the cause. With `returns` the request itself
fails, is attempted again, and says what was wrong; and names that are misspelt are found before anything runs.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a"}
  - {id: tell, kind: log, message: "{{ tasks.fetch.body.user.address.city }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - id: fetch
    kind: http
    url: "https://example.com/a"
    returns:
      type: object
      properties:
        user:
          type: object
          properties: {address: {type: object, properties: {city: {type: string}}, required: [city]}}
          required: [address]
      required: [user]
  - {id: tell, kind: log, message: "{{ tasks.fetch.body.user.address.city }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis, Spot
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Conditional, Expr, Filter, Index, Key, Ref, Test, Text, children, references
from overture.language.tasks import HttpTask

RULE = Rule("OV905", "unchecked-body", "info", __doc__)

DEEP = 3
"""Keys and indices into a body. `body.user.name` is what everybody reads of services that everybody knows."""


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    unchecked = {
        entry.id: entry
        for entry in analysis.index.of("http")
        if isinstance(entry.task, HttpTask) and entry.task.returns is None
    }
    for spot in analysis.spots.values() if unchecked else ():
        if not any(ref.field == "body" and ref.name in unchecked for ref in spot.reads):
            continue
        for ref, where, end in _deep(spot.tree, ""):
            entry = unchecked.get(ref.name) if ref.root == "tasks" and ref.field == "body" else None
            if entry is None or _is_guarded(analysis, spot, ref):
                continue
            del unchecked[ref.name]
            at = analysis.at(spot.field.pointer, where, (ref.span[0], end))
            related = (Related("asked here, without `returns`", analysis.source.value(f"{entry.pointer}/id")),)
            message = f"nothing checks what `{entry.id}` answers, and it is read deep"
            yield RULE.at(at, message, help=f"give `{entry.id}` a `returns`", related=related)


def _is_guarded(analysis: Analysis, spot: Spot, ref: Ref) -> bool:
    """Whether a condition has asked about the body: a guard on another task says nothing of this one."""
    facts = analysis.guards.held_for(spot).facts.known
    return any(each.name == ref.name and each.field == "body" for path in facts for each in references(path))


def _deep(tree: Expr, where: str) -> Iterator[tuple[Ref, str, int]]:
    """The names that are read deep: each with its text's place, and where the path ends in it."""
    if isinstance(tree, Text):
        where = tree.where
    if isinstance(tree, (Test, Conditional)) or (isinstance(tree, Filter) and tree.name == "default"):
        return
    steps = 0
    inner: Expr = tree
    while isinstance(inner, (Key, Index)):
        steps, inner = steps + 1, inner.of
    if isinstance(inner, Ref) and steps >= DEEP:
        yield inner, where, tree.span[1]
    for part in children(tree):
        yield from _deep(part, where)
