"""Data that may be read as an option.

## What
An argument of a program is data from outside that may begin with `-`.

## Why
The program would take it as an option. At run time such an argument is refused; after `--` it is
let through.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: list, kind: shell, command: [ls, "{{ tasks.fetch.body }}"]}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: list, kind: shell, command: [ls, --, "{{ tasks.fetch.body }}"]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.places import Place
from overture.checks.taint import taint_of
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Expr, ListOf, Literal, Template, Text, constant

RULE = Rule("OV804", "option-injection", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    taint = taint_of(analysis)
    for entry in analysis.index.entries:
        tree = analysis.typed(f"{entry.pointer}/command")
        if entry.kind != "shell" or not isinstance(tree, ListOf):
            continue
        for number, word in enumerate(tree.items):
            if constant(word) == "--":
                break
            source = taint.of(word, Place(entry))
            if source and not _begins_with_text(word):
                at = analysis.at(f"{entry.pointer}/command/{number}", "", source.span)
                yield RULE.at(at, f"data of {source.name} may be read as an option", help="put `--` before it")


def _begins_with_text(word: Expr) -> bool:
    """Whether an argument begins with a fixed text, which then decides."""
    body = word.body if isinstance(word, Text) else word
    return isinstance(body, Template) and isinstance(body.parts[0], Literal)
