"""A text that looks like a key.

## What
A fixed text stands where a key, a token or a password belongs.

## Why
Whoever reads the file has it. What is secret is named in `secrets` and given to the run.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", auth: {type: bearer, token: 8c1e5b7d2f}}
```

## Instead
```yaml
overture: 1
name: example
secrets: [TOKEN]
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", auth: {type: bearer, token: "{{ secrets.TOKEN }}"}}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from overture.checks.analysis import Analysis, Spot
from overture.checks.rules.secrets.literal_key import holds_key
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.expressions.tree import Literal, ObjectOf, constant

RULE = Rule("OV706", "likely-key", "warning", __doc__)


_FIELDS = ("auth/token", "auth/password", "auth/value")
_NAMES = re.compile(
    r"(?:.*[-_])?(?:authorization|password|passwd|secret|token|(?:api|access|private|auth)[-_]?key|credentials?)",
    re.IGNORECASE,
)
_PLACEHOLDER_CHARS = 4  # `x`, `none`, `test`: shorter than any key


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for spot in analysis.spots.values():
        for pointer, text in _fixed(spot):
            if len(text) > _PLACEHOLDER_CHARS and not holds_key(text):
                help = "name a secret: `{{ secrets.X }}`"
                yield RULE.at(analysis.source.value(pointer), "a fixed text stands where a key belongs", help=help)


def _fixed(spot: Spot) -> Iterator[tuple[str, str]]:
    """The fixed texts of a field where a key belongs: of `auth`, and of headers, variables and parameters so named."""
    pointer, path = spot.field.pointer, spot.field.path
    if path in _FIELDS:
        text = constant(spot.tree)
        if isinstance(text, str):
            yield pointer, text
    elif path in ("headers", "env", "query", "form") and isinstance(spot.tree, ObjectOf):
        for key, value in spot.tree.entries:
            name, text = constant(key), value.value if isinstance(value, Literal) else None
            if isinstance(name, str) and isinstance(text, str) and _NAMES.fullmatch(name):
                yield pointer + pointer_of(name), text
