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
from overture.checks.taint import taint_of
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule

RULE = Rule("OV802", "untrusted-path", "error", __doc__)


PATHS = {"read_file": ("path",), "write_file": ("path",), "http": ("save", "file"), "email": ("attachments",)}


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    taint = taint_of(analysis)
    for entry in analysis.index.entries:
        for name in PATHS.get(entry.kind, ()):
            pointer = f"{entry.pointer}/{name}"
            if source := taint.of_field(pointer, cleaners=("slugify", "sha256", "int")):
                help = "pass it through `slugify`, `sha256` or `int`"
                at = analysis.at(pointer, source.where, source.span)
                yield RULE.at(at, f"data of {source.name} chooses a file", help=help)
