"""A field that does not exist.

## What
An expression reads a result that this kind of task does not have, or a property that a closed
object does not have.

## Why
What a task results in is fixed by its kind and its `returns`; another name is never there.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: ask, kind: ai, prompt: Say hello.}
  - {id: tell, kind: log, message: "{{ tasks.ask.text }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: ask, kind: ai, prompt: Say hello.}
  - {id: tell, kind: log, message: "{{ tasks.ask.value }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Expr, Key, Ref, Text, walk

RULE = Rule("OV204", "unknown-field", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
    for pointer, spot in analysis.spots.items():
        if any("headers" in (ref.field, ref.name) for ref in spot.reads):
            yield from _headers(analysis, pointer)


def _headers(analysis: Analysis, pointer: str) -> Iterator[Diagnostic]:
    """Names of headers with capitals: what comes in has them in lower case."""
    where = ""
    for tree in walk(analysis.spots[pointer].tree):
        if isinstance(tree, Text):
            where = tree.where
        elif isinstance(tree, Key) and _are_headers(tree.of, analysis) and tree.key != tree.key.lower():
            message = f"no header is called `{tree.key}`: their names are in lower case"
            at = analysis.at(pointer, where, tree.key_span)
            yield RULE.at(at, message, help=f"did you mean `{tree.key.lower()}`?")


def _are_headers(tree: Expr, analysis: Analysis) -> bool:
    if not isinstance(tree, Ref):
        return False
    if tree.root == "trigger":
        return tree.name == "headers" and tree.field is None
    entry = analysis.index.tasks.get(tree.name) if tree.root == "tasks" else None
    return entry is not None and entry.kind == "http" and tree.field == "headers"
