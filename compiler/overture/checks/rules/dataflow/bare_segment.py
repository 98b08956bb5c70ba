"""A part of a url that is not encoded.

## What
Text from outside stands in the query of a url without `urlencode`; or in its path, where its name says that
people wrote it (`title`, `tag`, `branch`, …) or a model did.

## Why
A `/`, a `?` or a `#` in it makes another address of it. An id, or a name that holds a slash by its nature
(`owner/name`), is let be.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: look, kind: http, url: "https://example.com/search?q={{ tasks.fetch.body }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: look, kind: http, url: "https://example.com/search?q={{ tasks.fetch.body | urlencode }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.exposure import SEGMENT
from overture.checks.taint import taint_of
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Expr, Filter, Index, Key, Literal, Ref, Template

RULE = Rule("OV807", "bare-segment", "info", __doc__)


_WRITTEN = frozenset(
    [
        "branch",
        "category",
        "city",
        "country",
        "email",
        "head_ref",
        "keyword",
        "label",
        "name",
        "query",
        "ref",
        "search",
        "subject",
        "tag",
        "tag_name",
        "term",
        "text",
        "title",
        "topic",
        "user_name",
        "username",
        "word",
    ]
)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    taint = taint_of(analysis)
    for entry in analysis.index.of("http"):
        pointer = f"{entry.pointer}/url"
        url = analysis.typed(pointer)
        if not isinstance(url, Template):
            continue
        before = ""
        for part in url.parts:
            if isinstance(part, Literal):
                before += str(part.value)
                continue
            # what stands first, alone or behind `https://`, is the address itself
            is_address = before == "" or before.endswith("://")
            origin = None if is_address else taint.of(part, analysis.spots[pointer], SEGMENT)
            if origin and ("?" in before or _is_written(analysis, part)):
                at = analysis.at(pointer, "", origin.span)
                yield RULE.at(at, f"data of {origin.name} stands in a url as it is", help="add `| urlencode`")
            before += "x"


def _is_written(analysis: Analysis, tree: Expr) -> bool:
    """Whether a person or a model wrote the text, as far as its name tells."""
    while isinstance(tree, (Filter, Index)):
        tree = tree.of
    if isinstance(tree, Key):
        return tree.key in _WRITTEN
    if isinstance(tree, Ref):
        entry = analysis.index.tasks.get(tree.name) if tree.root == "tasks" else None
        return (entry is not None and entry.kind == "ai") or (tree.field or tree.name) in _WRITTEN
    return False
