"""A pattern of hosts that fits none.

## What
An entry of `hosts` is no host name, nor `*.` and a host name, nor `*`; or the list is empty.

## Why
`hosts` is compared with the host of a url, not with the url: a scheme or a path in it would fit nothing.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: follow, kind: http, url: "{{ tasks.fetch.body }}", hosts: ["https://example.com/"]}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: follow, kind: http, url: "{{ tasks.fetch.body }}", hosts: [example.com]}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.tasks import HttpTask

RULE = Rule("OV809", "bad-host-pattern", "error", __doc__)


_PATTERN = re.compile(r"(?:\*|(?:\*\.)?[^\s/?#@:*\[\]]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?")


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.entries:
        if not isinstance(entry.task, HttpTask) or entry.task.hosts is None:
            continue
        help = 'a host: `["*.example.com"]`, or `["*"]` for any public one'
        if not entry.task.hosts:
            yield RULE.at(analysis.source.value(f"{entry.pointer}/hosts"), "`hosts` names no host", help=help)
        for number, pattern in enumerate(entry.task.hosts):
            if "{{" not in pattern and not _PATTERN.fullmatch(pattern):
                at = analysis.source.value(f"{entry.pointer}/hosts/{number}")
                yield RULE.at(at, f"`{pattern}` is no host", help=help)
