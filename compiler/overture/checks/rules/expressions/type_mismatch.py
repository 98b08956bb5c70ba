"""A value of the wrong type.

## What
An operation, a filter or a field is given a value that can never be of the type it takes.

## Why
Nothing is converted silently: a text is no number, and a run would fail here.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 'a' + 1 }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 'a' ~ 1 }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from overture.checks.analysis import Analysis
from overture.checks.answers import answer_of, ends, steering, steers
from overture.checks.index import Entry
from overture.checks.taking import handed
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule
from overture.expressions.schemas import misfit

RULE = Rule("OV306", "type-mismatch", "error", __doc__)
MAX_RELATED = 5
"""Other places of one mistake that are shown: nobody reads on."""


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from _without_answers(analysis, list(told(analysis, RULE)))
    for each in handed(analysis):
        if why := misfit(each.given, each.wanted, each.name):
            spot = analysis.spots.get(each.pointer)
            if spot is None or not steers(spot) or answer_of(analysis, spot.tree) is None:
                yield RULE.at(analysis.source.value(each.pointer), why)
        elif wrong := each.misfits:
            message = wrong[0].message.replace("`$` ", f"`{each.name}` ", 1)
            yield RULE.at(analysis.source.value(each.pointer), message)


def _without_answers(analysis: Analysis, found: list[Diagnostic]) -> Iterator[Diagnostic]:
    """The findings, of keys of an answer that lacks `returns` one: none where the answer steers, which is told."""
    behind = ends(analysis) if found else {}
    keys: dict[Entry, list[Diagnostic]] = {}
    for each in found:
        answer = behind.get((each.at.line, each.at.column - 1))
        if answer is None:
            yield each
        else:
            keys.setdefault(answer, []).append(each)
    steered = {each.answer for each in steering(analysis)} if keys else set()
    for answer, (first, *others) in keys.items():
        if answer not in steered:
            related = tuple(Related("and here", each.at) for each in others[:MAX_RELATED])
            yield replace(first, help=f"give `{answer.id}` a `returns`", related=related)
