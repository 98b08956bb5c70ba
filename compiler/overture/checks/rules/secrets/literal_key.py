"""A key that stands in the file.

## What
A text has the form of a key of a well-known service: a token of GitHub, Slack, AWS, OpenAI and others, or a private
key.

## Why
Whoever reads the file has the key, and a file is copied, committed and sent around. A key is a secret, named in
`secrets` and given to the run. Revoke this one.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", headers: {X-Token: "ghp_0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R"}}
```

## Instead
```yaml
overture: 1
name: example
secrets: [TOKEN]
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", headers: {X-Token: "{{ secrets.TOKEN }}"}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.keys import key_in, may_hold_key
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of

RULE = Rule("OV705", "literal-key", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for pointer, text in texts_of_document(analysis) if may_hold_key(analysis.source.text) else ():
        found = key_in(text)
        if found:
            name, span = found
            at = analysis.source.within(pointer, *span)
            help = "name a secret: `{{ secrets.X }}`, and revoke this one"
            yield RULE.at(at, f"{name} stands in the file", help=help)


def texts_of_document(analysis: Analysis) -> Iterator[tuple[str, str]]:
    """Every text of the document with its pointer."""
    todo: list[tuple[str, object]] = [("", analysis.data)]
    while todo:
        pointer, value = todo.pop()
        if isinstance(value, str):
            yield pointer, value
        elif isinstance(value, dict):
            todo += [
                (f"{pointer}/{key}" if key.isidentifier() else pointer + pointer_of(key), item)
                for key, item in value.items()
            ]
        elif isinstance(value, list):
            todo += [(f"{pointer}/{number}", item) for number, item in enumerate(value)]
