"""Data in a program's code.

## What
A text that a shell, an interpreter or a database runs as code (`sh -c`, `python -c`, `psql -c`, what `ssh` runs
elsewhere, the input of `sh`) holds data that came from outside. An input there is a warning.

## Why
Whoever controls that data runs programs here. As an argument of its own it stays data: the shell reads it as
`"$1"`.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: count, kind: shell, command: [sh, -c, "echo {{ tasks.fetch.body }} | wc -c"]}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: count, kind: shell, command: [sh, -c, 'echo "$1" | wc -c', --, "{{ tasks.fetch.body }}"]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.exposure import CODE, exposed
from overture.checks.index import Entry
from overture.checks.programs import Run, runs_of
from overture.checks.taint import Leak, Taint, taint_of, told_leaks
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Expr, ListOf, Literal, Template, Text

RULE = Rule("OV806", "injected-code", "error", __doc__)
HELP = "give it as an argument of its own, from a file or the standard input, which the code reads"


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    taint = taint_of(analysis)
    yield from told_leaks(analysis, RULE, leaks)
    for entry, word, run in runs(analysis):
        if (
            run.is_code
            and run.number is not None
            and not taint.of(word, analysis.spots[f"{entry.pointer}/command"], CODE)
        ):
            yield from _inputs(analysis, entry, word, run)


def leaks(taint: Taint) -> Iterator[Leak]:
    for entry, word, run in runs(taint.analysis):
        field = "stdin" if run.number is None else "command"
        pointer = f"{entry.pointer}/{field}"
        if run.is_code and (origin := taint.of(word, taint.analysis.spots[pointer], CODE)):
            place = pointer if run.number is None else f"{pointer}/{run.number}"
            says = f"stands in code that `{run.program}` runs"
            yield Leak(origin, taint.analysis.at(place, "", origin.span), CODE, says, HELP)


def runs(analysis: Analysis) -> Iterator[tuple[Entry, Expr, Run]]:
    """The words of all commands that are run as code or as a program, and inputs that are run as code."""
    for entry in analysis.index.of("shell"):
        words = analysis.typed(f"{entry.pointer}/command")
        if not isinstance(words, ListOf):
            continue
        for run in runs_of([_fixed(each) for each in words.items]):
            if run.number is not None and run.number < len(words.items):
                yield entry, words.items[run.number], run
            elif run.number is None and f"{entry.pointer}/stdin" in analysis.spots:
                yield entry, analysis.typed(f"{entry.pointer}/stdin"), run


def _fixed(word: Expr) -> str | None:
    """A word as far as it is fixed, as `runs_of` takes it."""
    body = word.body if isinstance(word, Text) else word
    if isinstance(body, Literal):
        return str(body.value)
    first = body.parts[0] if isinstance(body, Template) else None
    return f"{first.value}\0" if isinstance(first, Literal) else None


def _inputs(analysis: Analysis, entry: Entry, word: Expr, run: Run) -> Iterator[Diagnostic]:
    ref = next((ref for ref, _ in exposed(word, CODE) if ref.root == "inputs"), None)
    if ref is not None:
        at = analysis.at(f"{entry.pointer}/command/{run.number}", "", ref.span)
        message = f"input `{ref.name}` stands in code that `{run.program}` runs"
        yield RULE.at(at, message, help=HELP, severity="warning")
