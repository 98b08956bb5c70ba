"""Data that chooses a program.

## What
A program that runs another one (`env`, `sudo`, `timeout`, `xargs`, a shell with a script) takes that one's name
from data that came from outside.

## Why
Whoever controls that data decides what runs here. The program of a command is literal; a `branch` chooses between
commands.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: go, kind: shell, command: [timeout, 10s, "{{ tasks.fetch.body }}"]}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {enum: [date, uptime]}}
  - {id: go, kind: shell, command: [timeout, 10s, "{{ tasks.fetch.body }}"]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.exposure import FILE
from overture.checks.rules.dataflow.injected_code import runs
from overture.checks.taint import Leak, Taint, told_leaks
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV810", "untrusted-program", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told_leaks(analysis, RULE, leaks)


def leaks(taint: Taint) -> Iterator[Leak]:
    for entry, word, run in runs(taint.analysis):
        pointer = f"{entry.pointer}/command"
        if not run.is_code and (origin := taint.of(word, taint.analysis.spots[pointer], FILE)):
            at = taint.analysis.at(f"{pointer}/{run.number}", "", origin.span)
            says = f"chooses the program that `{run.program}` runs"
            yield Leak(origin, at, FILE, says, "name the program, or choose between commands in a `branch`")
