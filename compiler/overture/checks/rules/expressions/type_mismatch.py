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

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.expressions.schemas import describe, misfit, type_of_schema
from overture.expressions.types import Type, object_of
from overture.language.tasks import CallTask, RememberTask

RULE = Rule("OV306", "type-mismatch", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
    yield from _items_that_are_no_list(analysis)
    yield from _inputs_that_do_not_fit(analysis)


def _items_that_are_no_list(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.entries:
        if entry.kind == "foreach":
            found = analysis.typed(f"{entry.pointer}/items").type
            if found.kinds and "array" not in found.kinds:
                at = analysis.source.value(f"{entry.pointer}/items")
                yield RULE.at(at, f"`items` must be a list, is {describe(found)}")


def _inputs_that_do_not_fit(analysis: Analysis) -> Iterator[Diagnostic]:
    """What triggers and calls give to inputs, and `remember` to state, against the declared types."""
    for pointer, given, wanted in _given(analysis):
        for name, value in given.properties.items():
            if name in wanted.properties and (why := misfit(value, wanted.properties[name])):
                yield RULE.at(analysis.source.value(pointer + pointer_of(name)), f"`{name}` {why}")


def _given(analysis: Analysis) -> Iterator[tuple[str, Type, Type]]:
    for number, trigger in enumerate(analysis.workflow.triggers or ()):
        if trigger.inputs:
            pointer = f"/triggers/{number}/inputs"
            yield pointer, analysis.typed(pointer).type, analysis.inputs_type()
    state = object_of({name: type_of_schema(schema) for name, schema in (analysis.workflow.state or {}).items()})
    for entry in analysis.index.entries:
        if isinstance(entry.task, RememberTask):
            yield f"{entry.pointer}/values", analysis.typed(f"{entry.pointer}/values").type, state
        if isinstance(entry.task, CallTask) and entry.task.inputs and entry.task.workflow in analysis.callees:
            callee = analysis.callees[entry.task.workflow]
            yield f"{entry.pointer}/inputs", analysis.typed(f"{entry.pointer}/inputs").type, callee.inputs_type()
