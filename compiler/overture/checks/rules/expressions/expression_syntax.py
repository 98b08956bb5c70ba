"""An expression that cannot be read.

## What
A text between `{{` and `}}`, or a field that holds an expression, is not in the language's syntax.

## Why
The syntax is that of Jinja expressions, less what could run for ever or reach outside.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 1 + }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 1 + 1 }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV301", "expression-syntax", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for mistake in analysis.mistakes:
        yield RULE.at(analysis.source.within(mistake.pointer, *mistake.span), mistake.message, help=mistake.help)
