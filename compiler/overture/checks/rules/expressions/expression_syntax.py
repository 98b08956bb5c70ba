"""An expression that cannot be read.

## What
A text between `{{` and `}}`, or a field that holds an expression, is not in the language's syntax.

## Why
The syntax is that of Jinja expressions, less what could run for ever or reach outside.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 1 + }}"}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: tell, kind: log, message: "{{ 1 + 1 }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.inner_quotes import InnerQuote, inner_quote

RULE = Rule("OV301", "expression-syntax", "error", __doc__)
_OPEN = "`{{` is never closed"
_ENDLESS = "the text that starts here never ends"
"""What the parser says of the two mistakes that a quote of the document's own may have made."""


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for mistake in analysis.mistakes:
        inner = _early_end(analysis, mistake.pointer) if mistake.message == _OPEN else None
        if inner is not None:
            at = analysis.source.span(mistake.pointer, inner.offset, inner.offset + 1)
            yield RULE.at(at, inner.message, help=inner.help)
            continue
        help = mistake.help
        if mistake.message == _ENDLESS and _has_doubled_quote(analysis, mistake.pointer):
            help = "between single quotes `''` is one `'`: write `\"\"` here, or put the whole text between `\"`"
        yield RULE.at(analysis.source.within(mistake.pointer, *mistake.span), mistake.message, help=help)


def _early_end(analysis: Analysis, pointer: str) -> InnerQuote | None:
    """The quote in a text's own middle that is its end for the reader: `[a, "{{ b | join(", ") }}"]`."""
    place = analysis.source.places.get(pointer)
    inner = inner_quote(analysis.source.text, place.start) if place is not None else None
    return inner if inner is not None and place is not None and inner.offset == place.end - 1 else None


def _has_doubled_quote(analysis: Analysis, pointer: str) -> bool:
    place = analysis.source.places.get(pointer)
    written = analysis.source.text[place.start : place.end] if place is not None else ""
    return written.startswith("'") and "''" in written[1:-1]
