"""A text that looks like a key.

## What
A fixed text stands where a key, a token or a password belongs: in `auth`, under such a name, behind `Bearer`, or
with a user's name in a url. What only stands for one (`changeme`, `xxx`) is let be.

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
from overture.checks.keys import is_random, is_stand_in, key_in
from overture.diagnostics.model import At, Diagnostic
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.expressions.tree import Expr, ListOf, Literal, ObjectOf, Template, Text, constant
from overture.language.tasks import PythonTask

RULE = Rule("OV706", "likely-key", "warning", __doc__)

_AUTH = ("auth/token", "auth/password", "auth/value")
_NAMED = re.compile(
    r"(?:.*[-_])?(?:authorization|password|passwd|secret|token|(?:api|access|private|auth|secret)[-_]?key|credentials?)",
    re.IGNORECASE,
)
_NAMES_OF_PLACES = re.compile(
    r"(?:.*[-_ ])?(?:id|ids|hash|digest|checksum|etag|cursor|signature|version)", re.IGNORECASE
)
"""Values that look random and open nothing."""
_TEXTS = ("headers", "env", "query", "form")
_VALUES = ("body", "values", "args", "params", "with", "inputs", "content")
_PLACEHOLDER_CHARACTERS = 4  # `x`, `none`, `test`: shorter than any key
_LEAST_CHARACTERS = 8  # of a key in a value, whose name may mean something else: `token: next`
_BEHIND = re.compile(r"\b(?:Bearer|Basic)[ ]+([A-Za-z0-9+/_=.~-]{16,})")
_IN_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@{}]+:([^\s:/@{}]{4,})@[\w\[.-]")
_ASSIGNED = re.compile(
    r"""(?i)\b\w*(?:password|passwd|secret|token|api_?key|access_?key)["']?[ ]*[:=][ ]*["']([^\s"'{}]{8,})["']"""
)
HELP = "name a secret: `{{ secrets.X }}`"


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for spot in analysis.spots.values():
        for at, text in _fixed(analysis, spot):
            if len(text) > _PLACEHOLDER_CHARACTERS and not is_stand_in(text) and key_in(text) is None:
                yield RULE.at(at, "a fixed text stands where a key belongs", help=HELP)
    for entry in analysis.index.of("python"):
        if isinstance(entry.task, PythonTask):
            yield from _in_text(analysis, f"{entry.pointer}/code", entry.task.code, (_ASSIGNED, _BEHIND, _IN_URL))
    for name, schema in (analysis.workflow.inputs or {}).items():
        default = schema.get("default")
        is_named = isinstance(default, str) and _NAMED.fullmatch(name) is not None
        if is_named and _may_open(str(default)) and key_in(str(default)) is None:
            at = analysis.source.value("/inputs" + pointer_of(name, "default"))
            yield RULE.at(at, "a fixed text stands where a key belongs", help=HELP)


def _fixed(analysis: Analysis, spot: Spot) -> Iterator[tuple[At, str]]:
    """The fixed texts of a field where a key belongs."""
    pointer, path = spot.field.pointer, spot.field.path
    if path in _AUTH:
        text = constant(spot.tree)
        if isinstance(text, str):
            yield analysis.source.value(pointer), text
    elif path in _TEXTS and isinstance(spot.tree, ObjectOf):
        for key, value in spot.tree.entries:
            name, text = constant(key), constant(value)
            if not isinstance(name, str) or not isinstance(text, str):
                continue
            if _NAMED.fullmatch(name) or (is_random(text) and not _NAMES_OF_PLACES.fullmatch(name)):
                yield analysis.source.value(pointer + pointer_of(name)), text
    elif path in _VALUES:
        for where, text in _named(spot.tree, "", is_named=False):
            if _may_open(text):
                yield analysis.source.value(pointer + where), text
    elif path == "url":
        for part in spot.tree.parts if isinstance(spot.tree, Template) else (spot.tree,):
            found = _IN_URL.search(str(constant(part) or ""))
            if found:
                start = part.span[0] if isinstance(spot.tree, Template) else 0
                yield analysis.at(pointer, "", (start + found.start(1), start + found.end(1))), found[1]


def _named(tree: Expr, where: str, *, is_named: bool) -> Iterator[tuple[str, str]]:
    """The fixed texts that stand in a value under the name of a key, each with its place."""
    if isinstance(tree, Text):
        tree = tree.body
    if isinstance(tree, ObjectOf):
        for key, value in tree.entries:
            name = constant(key)
            if isinstance(name, str):
                yield from _named(value, where + pointer_of(name), is_named=bool(_NAMED.fullmatch(name)))
    elif isinstance(tree, ListOf):
        for number, item in enumerate(tree.items):
            yield from _named(item, f"{where}/{number}", is_named=is_named)
    elif is_named and isinstance(tree, Literal) and isinstance(tree.value, str):
        yield where, tree.value


def _may_open(text: str) -> bool:
    """Whether a text under a key's name is one: no sentence, no word, no url."""
    if len(text) < _LEAST_CHARACTERS or re.search(r"\s|://", text) or is_stand_in(text):
        return False
    return bool(re.search(r"[0-9]", text) and re.search(r"[A-Za-z]", text)) or is_random(text)


def _in_text(analysis: Analysis, pointer: str, text: str, forms: tuple[re.Pattern[str], ...]) -> Iterator[Diagnostic]:
    for form in forms:
        for found in form.finditer(text):
            if _may_open(found[1]) and key_in(found[1]) is None:
                at = analysis.source.within(pointer, *found.span(1))
                yield RULE.at(at, "a fixed text stands where a key belongs", help=HELP)
