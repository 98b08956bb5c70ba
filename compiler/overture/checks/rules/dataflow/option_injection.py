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
from overture.checks.exposure import OPTION
from overture.checks.programs import first_of_code
from overture.checks.taint import Leak, Taint, told_leaks
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Expr, ListOf, Literal, Template, Text, constant

RULE = Rule("OV804", "option-injection", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told_leaks(analysis, RULE, leaks)


def leaks(taint: Taint) -> Iterator[Leak]:
    for entry in taint.analysis.index.of("shell"):
        pointer = f"{entry.pointer}/command"
        words = taint.analysis.typed(pointer)
        if not isinstance(words, ListOf):
            continue
        end = first_of_code([_name_of(word) for word in words.items])
        for number, word in enumerate(words.items):
            if constant(word) == "--" or number == end:
                break
            origin = None if _begins_with_text(word) else taint.of(word, taint.analysis.spots[pointer], OPTION)
            if origin:
                at = taint.analysis.at(f"{pointer}/{number}", "", origin.span)
                yield Leak(origin, at, OPTION, "may be read as an option", "put `--` before it")


def _name_of(word: Expr) -> str | None:
    value = constant(word)
    return value if isinstance(value, str) else None


def _begins_with_text(word: Expr) -> bool:
    """Whether an argument begins with a fixed text, which then decides."""
    body = word.body if isinstance(word, Text) else word
    return isinstance(body, Template) and isinstance(body.parts[0], Literal)
