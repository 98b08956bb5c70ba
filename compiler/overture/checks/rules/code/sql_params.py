"""Placeholders that do not fit the parameters.

## What
The query has a placeholder `:name` that `params` does not give, or `params` gives a name that the query does not
use. `?`, `%s` and `$1` are no placeholders.

## Why
The query would fail when its turn comes, or leave out a value.

## Example
```yaml
overture: 1
name: example
secrets: [DATABASE]
tasks:
  - {id: rows, kind: sql, connection: "{{ secrets.DATABASE }}", query: "select * from people where city = :city", params: {town: Berlin}}
```

## Instead
```yaml
overture: 1
name: example
secrets: [DATABASE]
tasks:
  - {id: rows, kind: sql, connection: "{{ secrets.DATABASE }}", query: "select * from people where city = :city", params: {city: Berlin}}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.nearest import did_you_mean, nearest
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.expressions.tree import Expr, ListOf, ObjectOf, Text
from overture.language.placeholders import blanked, placeholders
from overture.language.tasks import SqlTask

RULE = Rule("OV602", "sql-params", "error", __doc__)


_FOREIGN = re.compile(r"%s|%\(\w+\)s|(?<![\w$])\$\d+|(?<=[=(,<>])\s*(\?)(?=\s*(?:[,);]|$|and\b|or\b))", re.IGNORECASE)
"""Placeholders of other libraries. `?` is one only where a value stands: it is an operator on JSON too."""


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.of("sql"):
        if not isinstance(entry.task, SqlTask):
            continue
        places = placeholders(entry.task.query)
        if foreign := _FOREIGN.search(blanked(entry.task.query)):
            at = analysis.source.within(f"{entry.pointer}/query", *foreign.span(foreign.lastindex or 0))
            yield RULE.at(at, f"`{foreign[foreign.lastindex or 0]}` is no placeholder", help="name it: `:name`")
            continue
        given = _given(analysis, f"{entry.pointer}/params", entry.task.params is None)
        if given is None:
            continue
        strange = set(given).difference(places)
        is_one_misnamed = len(strange) == 1 and len(places.keys() - given) == 1
        for name, span in sorted(places.items(), key=lambda each: each[1]):
            if name not in given and not is_one_misnamed and not any(nearest(other, [name]) for other in strange):
                at = analysis.source.within(f"{entry.pointer}/query", *span)
                yield RULE.at(at, f"`params` does not give `{name}`", help=f"add `{name}` to `params`")
        for name, pointer in given.items():
            if name not in places:
                at = analysis.source.key(pointer)
                likely = places.keys() - given if is_one_misnamed else places
                yield RULE.at(at, f"the query has no `:{name}`", help=did_you_mean(name, likely))
        yield from _other_rows(analysis, f"{entry.pointer}/params", given)


def _other_rows(analysis: Analysis, pointer: str, given: dict[str, str]) -> Iterator[Diagnostic]:
    """Where `params` is a list, the query runs for each: all rows give what the first one gives."""
    tree = analysis.typed(pointer) if pointer in analysis.spots else None
    for number, row in enumerate(tree.items[1:], 1) if isinstance(tree, ListOf) else ():
        here = f"{pointer}/{number}"
        own = _names(analysis, row, here)
        if own is None:
            continue
        lacking = [name for name in given if name not in own]
        strange = {name: place for name, place in own.items() if name not in given}
        for name, place in strange.items():
            at = analysis.source.key(place)
            yield RULE.at(at, f"the query has no `:{name}`", help=did_you_mean(name, lacking or given))
        if lacking and not strange:
            at = analysis.source.value(here)
            yield RULE.at(at, f"this row does not give `{lacking[0]}`", help=f"add `{lacking[0]}` to it")


def _given(analysis: Analysis, pointer: str, is_absent: bool) -> dict[str, str] | None:
    """The names that `params` gives, each with its place; None where data say."""
    if is_absent:
        return {}
    tree = analysis.typed(pointer)
    tree = tree.body if isinstance(tree, Text) else tree
    if isinstance(tree, ListOf) and tree.items:
        return _names(analysis, tree.items[0], f"{pointer}/0")
    return _names(analysis, tree, pointer)


def _names(analysis: Analysis, tree: Expr, pointer: str) -> dict[str, str] | None:
    """The keys of an object that is written out, each with its place."""
    if not isinstance(tree, ObjectOf) or pointer not in analysis.source.places:
        return None
    if not all(name in tree.type.properties for name in tree.type.required) or tree.type.rest is not None:
        return None
    return {name: pointer + pointer_of(name) for name in tree.type.properties}
