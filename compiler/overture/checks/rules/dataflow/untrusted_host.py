"""Data that chooses the host.

## What
The host of a url comes from a value that is neither literal, an input, a secret, nor a constant of
a `set`.

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
from overture.checks.hosts import host_of
from overture.checks.taint import taint_of
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Ref
from overture.language.tasks import HttpTask

RULE = Rule("OV801", "untrusted-host", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.entries:
        if not isinstance(entry.task, HttpTask) or entry.task.hosts is not None:
            continue
        pointer = f"{entry.pointer}/url"
        if pointer in analysis.unreadable:
            continue
        host = host_of(analysis, analysis.typed(pointer))
        is_given = host.input is not None and taint_of(analysis).holds(Ref("inputs", host.input))
        if host.name is None or is_given:
            at = analysis.at(pointer, "", host.span)
            message = "data of a trigger chooses the host of this url" if is_given else host.problem
            help = 'list where it may go: `hosts: ["*.example.com"]`, or `["*"]` for any public host'
            yield RULE.at(at, message or "data chooses the host of this url", help=help)
