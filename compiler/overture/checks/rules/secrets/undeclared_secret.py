"""A secret that is not declared.

## What
A secret is read, or named by a trigger, that `secrets` does not list.

## Why
What a workflow may learn stands at its top, where it is approved.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", auth: {type: bearer, token: "{{ secrets.TOKEN }}"}}
```

## Instead
```yaml
overture: 1
name: example
secrets: [TOKEN]
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", auth: {type: bearer, token: "{{ secrets.TOKEN }}"}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.facts import trigger_secrets

RULE = Rule("OV701", "undeclared-secret", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told(analysis, RULE)
    declared = analysis.workflow.secrets or ()
    for pointer, name in trigger_secrets(analysis.workflow):
        if name not in declared:
            yield RULE.at(
                analysis.source.value(pointer),
                f"secret `{name}` is not declared",
                help=analysis.suggest(name, declared),
            )
