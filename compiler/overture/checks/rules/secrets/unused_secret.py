"""A secret that nothing uses.

## What
The workflow declares a secret that no task and no trigger uses.

## Why
It would be given to the run for nothing.

## Example
```yaml
overture: 1
name: example
secrets: [TOKEN]
tasks:
  - {id: hello, kind: log, message: hello}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: hello, kind: log, message: hello}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.declaring import without_secret
from overture.checks.telling import unread
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.facts import trigger_secrets

RULE = Rule("OV702", "unused-secret", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    declared = analysis.workflow.secrets or ()
    if any(entry.task.auth is None for entry in analysis.index.of("action")):  # type: ignore[attr-defined]
        return  # it takes a secret that its catalogue names, and the workflow only declares
    named = [name for _, name in trigger_secrets(analysis.workflow)]
    for name in unread(analysis, "secrets", declared, named):
        index = declared.index(name)
        at = analysis.source.value(f"/secrets/{index}")
        edit = without_secret(analysis.source, index)
        yield RULE.at(at, f"secret `{name}` is never used", help="remove it", edit=edit)
