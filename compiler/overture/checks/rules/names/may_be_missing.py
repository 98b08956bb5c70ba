"""A read that may find nothing.

## What
An expression reads the result of a task that may have been skipped, may have failed while the run
went on, or stands in a branch that may not be taken; or a property that is not required; or a null where none may be.

## Why
Reading what is missing fails the task that reads. `default(...)`, `is defined` or a guard on the
same condition says what happens instead. In a handler it is a warning.

## Example
```yaml
overture: 1
name: example
inputs:
  loud: {type: boolean, default: true}
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", when: inputs.loud}
  - {id: tell, kind: log, message: "{{ tasks.fetch.status }}"}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  loud: {type: boolean, default: true}
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", when: inputs.loud}
  - {id: tell, kind: log, message: "{{ tasks.fetch.status | default('not fetched') }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.taking import handed
from overture.checks.telling import is_in_handler, told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.schemas import misfit
from overture.expressions.walking import NULL_HELP

RULE = Rule("OV208", "may-be-missing", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE, lambda pointer: "warning" if is_in_handler(analysis, pointer) else None)
    for each in handed(analysis):
        if each.may_be_null and misfit(each.given, each.wanted) is None:
            yield RULE.at(analysis.source.value(each.pointer), f"`{each.name}` may be null", help=NULL_HELP)
