"""Moments compared as texts.

## What
`<` and its kin compare two texts of which one is a moment, and nothing says that both are written alike.

## Why
Texts are ordered by their characters: `2026-01-31T08:00:00-05:00` stands before `2026-01-31T09:00:00Z` although it is
four hours later. `date_diff` compares moments.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: object, properties: {due: {type: string}}, required: [due]}}
  - {id: tell, kind: log, message: it is late, when: tasks.fetch.body.due < now()}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: object, properties: {due: {type: string}}, required: [due]}}
  - {id: tell, kind: log, message: it is late, when: "tasks.fetch.body.due | date_diff(now(), 'seconds') < 0"}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Call, Compare, Expr, Filter, Ref, Text, children, constant
from overture.expressions.types import Json

RULE = Rule("OV907", "dates-as-text", "info", __doc__)

_RUN = ("started_at", "scheduled_for", "previous_success_at")
_OURS = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?")
_ORDERED = ("<", "<=", ">", ">=")


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for pointer, spot in analysis.spots.items():
        if not _is_ordered(spot.field.value):
            continue
        if spot.reads or spot.field.path in ("when", "where", "until"):
            for tree, where in _comparisons(analysis.typed(pointer), ""):
                if _is_mixed(tree):
                    help = "compare the difference: `a | date_diff(b, 'seconds') < 0`"
                    at = analysis.at(pointer, where, tree.span)
                    yield RULE.at(at, "moments are compared as texts", help=help)


def _is_ordered(value: Json) -> bool:
    """Whether something may be compared in a field's texts: in most there is not even the sign."""
    text = value if isinstance(value, str) else repr(value)
    return "<" in text or ">" in text


def _comparisons(tree: Expr, where: str) -> Iterator[tuple[Compare, str]]:
    if isinstance(tree, Text):
        where = tree.where
    if isinstance(tree, Compare):
        yield tree, where
    for part in children(tree):
        yield from _comparisons(part, where)


def _is_mixed(tree: Compare) -> bool:
    """Whether a link of a chain compares a moment with a text that may be written otherwise."""
    left = tree.first
    for op, right in tree.rest:
        if op in _ORDERED:
            forms = {_form(left), _form(right)}
            if forms in ({"moment", "data"}, {"moment", "text"}, {"data"}):
                return True
        left = right
    return False


def _form(tree: Expr) -> str:
    """`moment`: as our own functions write it, in UTC; `data`: as somebody else did; `day`: the beginning of
    its moments, in all of them; `text`: any other."""
    while isinstance(tree, Text):
        tree = tree.body
    if isinstance(tree, Call) and tree.name == "now":
        return "moment"
    if isinstance(tree, Ref) and tree.root == "run" and tree.name in _RUN:
        return "moment"
    if isinstance(tree, Filter):
        if tree.name == "date":
            return "text"
        if tree.name == "date_add":
            return "text" if tree.argument("tz") is not None else "moment"
        if tree.name == "default":
            return _form(tree.of)
    if tree.type.format == "date-time":
        return "data"
    text = constant(tree)
    if isinstance(text, str) and _OURS.fullmatch(text):
        return "moment" if "T" in text else "day"
    return "text"
