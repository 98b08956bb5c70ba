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
from functools import cache
from itertools import chain

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.expressions.schema_problems import schema_problems, subschemas
from overture.expressions.schemas import without_default
from overture.expressions.types import Json
from overture.language.tasks import Part
from overture.language.validation import Misfit, validate

RULE = Rule("OV313", "bad-schema", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    sound: set[str] = set()  # what tasks return, as texts: many return the same
    for pointer, schema, is_declared in declared_schemas(analysis):
        text = "" if is_declared else repr(schema)
        if text in sound:
            continue
        found = list(_wrong(analysis, pointer, schema, is_declared))
        if text and not found:
            sound.add(text)
        yield from found


def _wrong(analysis: Analysis, pointer: str, schema: dict[str, Json], is_declared: bool) -> Iterator[Diagnostic]:
    bare = without_default(schema)
    problems = schema_problems(bare)
    for each in problems:
        place = analysis.source.key if each.is_key else analysis.source.value
        yield RULE.at(place(pointer + each.pointer), each.message, help=each.help)
    if not problems:
        yield from _values_that_do_not_fit(analysis, pointer, bare)
    if not is_declared and "default" in schema:
        yield RULE.at(analysis.source.key(f"{pointer}/default"), "`default` stands only in inputs and state")
    elif pointer.startswith("/state/") and "default" not in schema:
        at = analysis.source.key(pointer)
        yield RULE.at(at, "this state has no `default`", help="the first run reads it: `default: []`")
    elif "default" in schema and not problems:
        for misfit in validate(schema["default"], bare)[:1]:
            at = analysis.source.value(f"{pointer}/default{misfit.pointer}")
            yield RULE.at(at, f"the default does not fit: {_in_words(misfit)}")


def _values_that_do_not_fit(analysis: Analysis, pointer: str, schema: dict[str, Json]) -> Iterator[Diagnostic]:
    """Values of an `enum` that the rest of its schema refuses: nobody can ever give them."""
    for where, each in subschemas(schema):
        rest = {key: value for key, value in each.items() if key not in ("enum", "type", "description")}
        if "enum" not in each or not rest:
            continue
        wrong = {number: found[0] for number, value in enumerate(each["enum"]) if (found := validate(value, rest))}
        if len(wrong) == len(each["enum"]) > 1:
            message = "no value of `enum` fits the rest of the schema: nothing fits"
            yield RULE.at(analysis.source.value(f"{pointer}{where}/enum"), message)
            continue
        for number, misfit in wrong.items():
            at = analysis.source.value(f"{pointer}{where}/enum/{number}{misfit.pointer}")
            yield RULE.at(at, f"this value never fits: {_in_words(misfit)}")


def _in_words(misfit: Misfit) -> str:
    return misfit.message.replace("`$` ", "it ", 1)


def declared_schemas(analysis: Analysis) -> Iterator[tuple[str, dict[str, Json], bool]]:
    """Every schema of the document with its pointer; True for those of inputs and state, which may have a default."""
    workflow = analysis.workflow
    for part in ("inputs", "state"):
        for name, schema in (getattr(workflow, part) or {}).items():
            yield f"/{part}" + pointer_of(name), schema, True
    owners = [(f"/triggers/{number}", trigger) for number, trigger in enumerate(workflow.triggers or ())]
    tasks = ((entry.pointer, entry.task) for entry in analysis.index.entries)
    for pointer, owner in chain(owners, tasks):
        if _has_returns(type(owner)) and (schema := getattr(owner, "returns", None)):
            yield f"{pointer}/returns", schema, False


@cache
def _has_returns(model: type[Part]) -> bool:
    """Whether a kind has a `returns`: to ask each task for what it has not takes longer than all else here."""
    return "returns" in model.model_fields
