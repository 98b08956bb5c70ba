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

import re
from collections.abc import Iterator
from dataclasses import replace

from overture.checks.analysis import Analysis, Spot
from overture.checks.declaring import with_secret
from overture.checks.rules.secrets.misplaced_secret import may_hold_secrets
from overture.checks.telling import told
from overture.diagnostics.model import Diagnostic, Edit
from overture.diagnostics.nearest import nearest
from overture.diagnostics.rules import Rule
from overture.language.facts import trigger_secrets

RULE = Rule("OV701", "undeclared-secret", "error", __doc__)
_NAMED = re.compile(r"`([A-Z][A-Z0-9_]*)`")


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for each in told(analysis, RULE):
        spot = _spot(analysis, each.at.pointer)
        if spot is not None and not may_hold_secrets(spot):
            continue  # where it stands is wrong, declared or not
        named = _NAMED.search(each.message)
        edit = _edit(analysis, named[1]) if named else None
        yield replace(each, help=edit.description, edit=edit) if edit else each
    declared = analysis.workflow.secrets or ()
    for pointer, name in trigger_secrets(analysis.workflow):
        if name not in declared:
            at, message, edit = (
                analysis.source.value(pointer),
                f"secret `{name}` is not declared",
                _edit(analysis, name),
            )
            yield RULE.at(at, message, help=edit.description if edit else analysis.suggest(name, declared), edit=edit)


def _spot(analysis: Analysis, pointer: str) -> Spot | None:
    """The field that holds a place."""
    while pointer and pointer not in analysis.spots:
        pointer = pointer.rpartition("/")[0]
    return analysis.spots.get(pointer)


def _edit(analysis: Analysis, name: str) -> Edit | None:
    """Declares it, unless it may be meant to be one that is declared."""
    declared = analysis.workflow.secrets or ()
    is_clear = len(declared) < 50 and nearest(name, declared) is None
    return with_secret(analysis.source, name) if is_clear else None
