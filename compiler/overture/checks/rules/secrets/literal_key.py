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

import re
from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of

RULE = Rule("OV705", "literal-key", "error", __doc__)


# The forms that the services themselves publish for scanners of secrets.
_KEYS = {
    "a token of GitHub": r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,}",
    "a token of GitLab": r"glpat-[A-Za-z0-9_-]{20,}",
    "a key of AWS": r"(?:AKIA|ASIA)[A-Z0-9]{16}",
    "a token of Slack": r"xox[abprs]-[A-Za-z0-9-]{10,}",
    "a webhook of Slack": r"https://hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20,}",
    "a webhook of Discord": r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/[0-9]{16,}/[A-Za-z0-9_-]{40,}",
    "a key of OpenAI": r"sk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,}",
    "a key of Google": r"AIza[A-Za-z0-9_-]{35}",
    "a key of Stripe": r"[sr]k_live_[A-Za-z0-9]{20,}",
    "a key of SendGrid": r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    "a token of npm": r"npm_[A-Za-z0-9]{36}",
    "a token of PyPI": r"pypi-[A-Za-z0-9_-]{50,}",
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
}
_ANY = re.compile("|".join(f"(?P<k{number}>{form})" for number, form in enumerate(_KEYS.values())))
_NAMES = tuple(_KEYS)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for pointer, text in texts_of_document(analysis):
        found = _found(text)
        if found:
            name = _NAMES[int(str(found.lastgroup)[1:])]
            at = analysis.source.within(pointer, *found.span())
            yield RULE.at(
                at, f"{name} stands in the file", help="name a secret: `{{ secrets.X }}`, and revoke this one"
            )


def holds_key(text: str) -> bool:
    """Whether a text holds a key of a well-known form."""
    return _found(text) is not None


def _found(text: str) -> re.Match[str] | None:
    # a key stands alone: it is no part of a longer word
    return next(
        (each for each in _ANY.finditer(text) if not re.match(r"\w", text[each.start() - 1 : each.start()])), None
    )


def texts_of_document(analysis: Analysis) -> Iterator[tuple[str, str]]:
    """Every text of the document with its pointer."""
    todo: list[tuple[str, object]] = [("", analysis.data)]
    while todo:
        pointer, value = todo.pop()
        if isinstance(value, str):
            yield pointer, value
        elif isinstance(value, dict):
            todo += [(pointer + pointer_of(key), item) for key, item in value.items()]
        elif isinstance(value, list):
            todo += [(f"{pointer}/{number}", item) for number, item in enumerate(value)]
