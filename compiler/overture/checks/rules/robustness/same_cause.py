"""An alarm that fails with what it tells of.

## What
Every task of `on_failure` that tells somebody reaches a host or a server that the tasks of the workflow reach, and
they reach no other.

## Why
When that host is down, the run fails and its alarm with it: nobody hears. Tell by another way, or write a log beside.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: post, kind: http, method: POST, url: "https://chat.example.com/news", body: {text: hello}}
on_failure:
  - {id: alarm, kind: http, method: POST, url: "https://chat.example.com/alarms", body: {text: it failed}}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: post, kind: http, method: POST, url: "https://chat.example.com/news", body: {text: hello}}
on_failure:
  - {id: note, kind: log, level: error, message: "{{ run.error.message }}"}
  - {id: alarm, kind: http, method: POST, url: "https://chat.example.com/alarms", body: {text: it failed}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.hosts import host_of
from overture.checks.index import Entry
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule

RULE = Rule("OV906", "same-cause", "info", __doc__)

_FIELDS = {"http": "url", "email": "connection", "sql": "connection"}


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    handler = analysis.index.handlers.get("on_failure")
    if handler is None:
        return
    tasks = list(handler.walk())
    telling = [entry for entry in tasks if entry.kind in _FIELDS]
    if not telling or any(entry.kind in ("log", "write_file", "call", "shell", "python", "action") for entry in tasks):
        return
    wanted = {entry: _servers(analysis, entry) for entry in telling}
    if not all(wanted.values()):
        return
    used: dict[str, Entry] = {}
    for entry in analysis.index.of(*_FIELDS):
        if entry.block.root is analysis.index.body:
            for name in _servers(analysis, entry):
                used.setdefault(name, entry)
    reached = {name for names in wanted.values() for name in names}
    if used and reached.issuperset(used) and all(any(name in used for name in names) for names in wanted.values()):
        first = telling[0]
        name = next(each for each in wanted[first] if each in used)
        at = analysis.source.value(f"{first.pointer}/{_FIELDS[first.kind]}")
        related = (Related("this reaches it too", analysis.source.value(f"{used[name].pointer}/id")),)
        message = f"`{first.id}` fails too when what failed is `{name}`"
        yield RULE.at(at, message, help="tell by another way, or write a log beside", related=related)


def _servers(analysis: Analysis, entry: Entry) -> tuple[str, ...]:
    """The host that a task reaches, or the secret that names its server."""
    pointer = f"{entry.pointer}/{_FIELDS[entry.kind]}"
    if entry.kind == "http":
        return host_of(analysis, analysis.typed(pointer)).names
    spot = analysis.spots.get(pointer)
    return tuple(f"secrets.{ref.name}" for ref in spot.reads if ref.root == "secrets") if spot is not None else ()
