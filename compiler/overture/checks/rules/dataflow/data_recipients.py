"""Data that chooses who gets a mail.

## What
A recipient of a mail comes from outside, and no schema says that it is one address (`format: email`), nor a guard
(`| matches('^[^@, ]+@[^@, ]+$')`).

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
from overture.checks.exposure import RECIPIENT
from overture.checks.taint import Leak, Taint, told_leaks
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV808", "data-recipients", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told_leaks(analysis, RULE, leaks)


def leaks(taint: Taint) -> Iterator[Leak]:
    for entry in taint.analysis.index.of("email"):
        for name in ("to", "cc", "bcc"):
            pointer = f"{entry.pointer}/{name}"
            if origin := taint.of_field(pointer, RECIPIENT):
                at = taint.analysis.at(pointer, origin.where, origin.span)
                help = "take it from an input, give its schema `format: email`, or see that it `matches` one address"
                yield Leak(origin, at, RECIPIENT, "chooses who gets this mail", help)
