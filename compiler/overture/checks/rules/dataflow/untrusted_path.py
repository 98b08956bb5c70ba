"""Data that chooses a file.

## What
The path of a file is built from data that came from outside.

## Why
A name such as `../../etc/passwd` or one that overwrites another file is decided by whoever sends
the data. `slugify`, `sha256` and `int` make a harmless name.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: object, properties: {name: {type: string}}, required: [name]}}
  - {id: save, kind: write_file, path: "out/{{ tasks.fetch.body.name }}", content: hello}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: object, properties: {name: {type: string}}, required: [name]}}
  - {id: save, kind: write_file, path: "out/{{ tasks.fetch.body.name | slugify }}", content: hello}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.exposure import FILE
from overture.checks.taint import Leak, Taint, told_leaks
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV802", "untrusted-path", "error", __doc__)


PATHS = {"read_file": ("path",), "write_file": ("path",), "http": ("save", "file"), "email": ("attachments",)}


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told_leaks(analysis, RULE, leaks)


def leaks(taint: Taint) -> Iterator[Leak]:
    for kind, names in PATHS.items():
        for entry in taint.analysis.index.of(kind):
            for name in names:
                pointer = f"{entry.pointer}/{name}"
                if origin := taint.of_field(pointer, FILE):
                    at = taint.analysis.at(pointer, origin.where, origin.span)
                    help = "pass it through `slugify`, `sha256` or `int`"
                    yield Leak(origin, at, FILE, "chooses a file", help)
