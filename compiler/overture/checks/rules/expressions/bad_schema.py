"""A schema that says nothing sound.

## What
An input's, a state's or a `returns` schema uses a keyword outside the language's part of JSON
Schema, contradicts itself, or has a default that does not fit; or a state has no default.

## Why
Results are checked against it on every engine, so it must mean the same on every engine.

## Example
```yaml
overture: 1
name: example
inputs:
  count: {type: integer, default: many}
tasks:
  - {id: tell, kind: log, message: "{{ inputs.count }}"}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  count: {type: integer, default: 3}
tasks:
  - {id: tell, kind: log, message: "{{ inputs.count }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.expressions.schemas import schema_problems
from overture.expressions.types import Json
from overture.language.schema import validate

RULE = Rule("OV313", "bad-schema", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for pointer, schema, is_declared in _schemas(analysis):
        problems = list(schema_problems({key: value for key, value in schema.items() if key != "default"}))
        for where, message, help in problems:
            yield RULE.at(analysis.source.value(pointer + where), message, help=help)
        if not is_declared and "default" in schema:
            yield RULE.at(analysis.source.key(f"{pointer}/default"), "`default` stands only in inputs and state")
        elif pointer.startswith("/state/") and "default" not in schema:
            at = analysis.source.key(pointer)
            yield RULE.at(at, "this state has no `default`", help="the first run reads it: `default: []`")
        elif "default" in schema and not problems:
            for misfit in validate(
                schema["default"], {key: value for key, value in schema.items() if key != "default"}
            ):
                yield RULE.at(
                    analysis.source.value(f"{pointer}/default{misfit.pointer}"),
                    f"the default does not fit: {misfit.message}",
                )
                break


def _schemas(analysis: Analysis) -> Iterator[tuple[str, dict[str, Json], bool]]:
    workflow = analysis.workflow
    for part in ("inputs", "state"):
        for name, schema in (getattr(workflow, part) or {}).items():
            yield f"/{part}" + pointer_of(name), schema, True
    owners = [(f"/triggers/{number}", trigger) for number, trigger in enumerate(workflow.triggers or ())]
    for pointer, owner in (*owners, *((entry.pointer, entry.task) for entry in analysis.index.entries)):
        if schema := getattr(owner, "returns", None):
            yield f"{pointer}/returns", schema, False
