"""A word of a schema that checks nothing.

## What
A schema bounds what its type does not have (`minimum` of a text), requires a property under another name than the
declared one, or names a format that nobody checks and that is nearly one of those that are.

## Why
JSON Schema passes over such words, so what they ask for is never checked.

## Example
```yaml
overture: 1
name: example
inputs:
  city: {type: string, minimum: 3, default: Berlin}
tasks:
  - {id: tell, kind: log, message: "{{ inputs.city }}"}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  city: {type: string, minLength: 3, default: Berlin}
tasks:
  - {id: tell, kind: log, message: "{{ inputs.city }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from overture.checks.analysis import Analysis
from overture.checks.rules.expressions.bad_schema import declared_schemas
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.nearest import nearest
from overture.diagnostics.rules import Rule
from overture.expressions.schema_problems import idle_keywords, schema_problems, subschemas
from overture.expressions.schemas import without_default
from overture.expressions.types import Json
from overture.language.formats import FORMATS

RULE = Rule("OV316", "idle-keyword", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    sound: set[str] = set()  # as texts: many tasks return the same
    for pointer, schema, _ in declared_schemas(analysis):
        if (text := repr(schema)) in sound:
            continue
        found = [each for where, inner in subschemas(schema) for each in _idle(analysis, pointer + where, inner)]
        if not found:
            sound.add(text)
        elif not schema_problems(without_default(schema)):
            yield from found  # of a schema with mistakes nobody knows what it means


def _idle(analysis: Analysis, pointer: str, schema: Mapping[str, Json]) -> Iterator[Diagnostic]:
    for each in idle_keywords(schema):
        yield RULE.at(analysis.source.key(pointer + each.pointer), each.message, help=each.help)
    declared, required = schema.get("properties"), schema.get("required")
    if isinstance(declared, dict) and isinstance(required, list):
        for number, name in enumerate(required):
            if not isinstance(name, str) or name in declared:
                continue
            if meant := nearest(name, (key for key in declared if key not in required)):
                at = analysis.source.value(f"{pointer}/required/{number}")
                yield RULE.at(at, f"`{name}` is required, but not declared", help=f"did you mean `{meant}`?")
    format = schema.get("format")
    if isinstance(format, str) and format not in FORMATS and (meant := nearest(format, FORMATS)):
        at = analysis.source.value(f"{pointer}/format")
        yield RULE.at(at, f"nobody checks the format `{format}`", help=f"did you mean `{meant}`?")
