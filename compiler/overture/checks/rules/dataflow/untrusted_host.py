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
from overture.checks.hosts import host_of
from overture.checks.taint import Leak, Taint, told_leaks
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Ref
from overture.language.tasks import HttpTask

RULE = Rule("OV801", "untrusted-host", "error", __doc__)
HELP = 'list where it may go: `hosts: ["*.example.com"]`, or `["*"]` for any public host'


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    yield from told_leaks(analysis, RULE, leaks)


def leaks(taint: Taint) -> Iterator[Leak]:
    analysis = taint.analysis
    for entry in analysis.index.of("http"):
        pointer = f"{entry.pointer}/url"
        if not isinstance(entry.task, HttpTask) or entry.task.hosts is not None or pointer in analysis.unreadable:
            continue
        host = host_of(analysis, analysis.typed(pointer))
        is_input = isinstance(host.decides, Ref) and host.decides.root == "inputs"
        if host.names and not is_input:
            continue  # one of those that stand in the plan
        is_data = host.decides is not None and host.problem is None
        origin = taint.of(host.decides, analysis.spots[pointer], HOST) if is_data and host.decides else None
        if origin is not None:
            yield Leak(origin, analysis.at(pointer, "", host.span), HOST, "chooses the host of this url", HELP)
        elif not host.names:
            is_named = isinstance(host.decides, Ref) and host.decides.root in (
                "item",
                "state",
                "tasks",
                "trigger",
                "run",
            )
            how = "not known before the run" if is_named else "put together at run time"
            message = host.problem or f"the host of this url is {how}"
            help = HELP if host.problem is None else "write it whole: `https://api.example.com/v1`"
            yield Leak(None, analysis.at(pointer, "", host.span), HOST, message, help)
