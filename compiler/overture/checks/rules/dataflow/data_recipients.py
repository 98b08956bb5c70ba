"""Data that chooses who gets a mail.

## What
A recipient of a mail comes from outside, and no schema says that it is one address (`format: email`).

## Why
Whoever controls that data decides who reads the mail, and a text with a comma names many. Where that is meant,
the schema of the data says `format: email`.

## Example
```yaml
overture: 1
name: example
secrets: [MAIL]
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: tell, kind: email, connection: "{{ secrets.MAIL }}", from: me@example.com, to: "{{ tasks.fetch.body }}", subject: Hello, text: Hello}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  team: {type: string, format: email, default: team@example.com}
secrets: [MAIL]
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: tell, kind: email, connection: "{{ secrets.MAIL }}", from: me@example.com, to: "{{ inputs.team }}", subject: Hello, text: "{{ tasks.fetch.body }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.taint import taint_of
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.tasks import EmailTask

RULE = Rule("OV808", "data-recipients", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    taint = taint_of(analysis)
    for entry in analysis.index.entries:
        if isinstance(entry.task, EmailTask):
            for name in ("to", "cc", "bcc"):
                if source := taint.of_field(f"{entry.pointer}/{name}", formats=("email",)):
                    at = analysis.at(f"{entry.pointer}/{name}", source.where, source.span)
                    help = "take it from an input, or give its schema `format: email`"
                    yield RULE.at(at, f"data of {source.name} chooses who gets this mail", help=help)
