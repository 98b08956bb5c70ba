"""Data that chooses the host.

## What
The host of a url comes from a value that is neither literal, an input, a secret, a constant of a `set`, nor one of
an enum or of a list that a guard compares it with.

## Why
Whoever controls that data decides where the request, and what it carries, goes. `hosts` lists where
it may go; it is enforced at run time.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: object, properties: {link: {type: string}}, required: [link]}}
  - {id: follow, kind: http, url: "{{ tasks.fetch.body.link }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: object, properties: {link: {type: string}}, required: [link]}}
  - {id: follow, kind: http, url: "{{ tasks.fetch.body.link }}", hosts: ["*.example.com"]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.exposure import HOST
from overture.checks.hosts import HostOfUrl, host_of
from overture.checks.index import Entry
from overture.checks.taint import Leak, Origin, Taint, taint_of, told_leaks
from overture.diagnostics.model import At, Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Ref
from overture.language.tasks import HttpTask

RULE = Rule("OV801", "untrusted-host", "error", __doc__)
HELP = 'list where it may go: `hosts: ["*.example.com"]`, or `["*"]` for any public host'


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    taint = taint_of(analysis)
    yield from told_leaks(analysis, RULE, leaks)
    for entry in analysis.index.of("http"):
        for host, at in _chosen(analysis, entry):
            if not host.names and _origin(taint, entry, host) is None:
                yield RULE.at(at, host.problem or "data chooses the host of this url", help=HELP)


def leaks(taint: Taint) -> Iterator[Leak]:
    for entry in taint.analysis.index.of("http"):
        for host, at in _chosen(taint.analysis, entry):
            if origin := _origin(taint, entry, host):
                yield Leak(origin, at, HOST, "chooses the host of this url", HELP)


def _chosen(analysis: Analysis, entry: Entry) -> Iterator[tuple[HostOfUrl, At]]:
    """What decides on the host of a task, and where: nothing where `hosts` says where it may go."""
    pointer = f"{entry.pointer}/url"
    if isinstance(entry.task, HttpTask) and entry.task.hosts is None and pointer not in analysis.unreadable:
        host = host_of(analysis, analysis.typed(pointer))
        yield host, analysis.at(pointer, "", host.span)


def _origin(taint: Taint, entry: Entry, host: HostOfUrl) -> Origin | None:
    if host.decides is None or host.problem is not None:
        return None
    is_named = isinstance(host.decides, Ref) and host.decides.root == "inputs"
    if host.names and not is_named:
        return None  # one of those that stand in the plan
    return taint.of(host.decides, taint.analysis.spots[f"{entry.pointer}/url"], HOST)
