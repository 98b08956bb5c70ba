"""Python code that cannot run.

## What
`code` does not parse, has no `main` at top level, or the parameters of `main` do not fit `args`.
The code is parsed, never run.

## Why
It would fail when its turn comes, perhaps after the run has done half its work.

## Example
```yaml
overture: 1
name: example
tasks:
  - id: add
    kind: python
    code: |
      def main(a, b):
          return a + b
    args: {a: 1}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - id: add
    kind: python
    code: |
      def main(a, b):
          return a + b
    args: {a: 1, b: 2}
```
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.index import Entry
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.nearest import did_you_mean
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.language.tasks import PythonTask

RULE = Rule("OV601", "python-code", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.entries:
        if isinstance(entry.task, PythonTask):
            yield from _problems(analysis, entry, entry.task)


def _problems(analysis: Analysis, entry: Entry, task: PythonTask) -> Iterator[Diagnostic]:
    pointer = f"{entry.pointer}/code"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(task.code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        start = _offset(task.code, getattr(error, "lineno", 1) or 1, (getattr(error, "offset", 1) or 1) - 1)
        yield RULE.at(analysis.source.within(pointer, start, start + 1), f"the code does not parse: {message}")
        return
    mains = [
        node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == "main"
    ]
    if not mains:
        yield RULE.at(
            analysis.source.key(pointer), "the code has no function `main` at top level", help="def main(...):"
        )
        return
    main = mains[-1]
    start = _offset(task.code, main.lineno, main.col_offset)
    at = analysis.source.within(pointer, start, start + len("def main"))
    parameters = main.args
    named = [each.arg for each in (*parameters.args, *parameters.kwonlyargs)]
    needed = [each.arg for each in parameters.args[: len(parameters.args) - len(parameters.defaults)]]
    needed += [
        each.arg for each, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True) if default is None
    ]
    if isinstance(main, ast.AsyncFunctionDef):
        yield RULE.at(at, "`main` is async", help="an ordinary function: `def main(...)`")
    elif parameters.posonlyargs:
        yield RULE.at(at, "`main` takes arguments by position only", help="arguments are given by name: remove the `/`")
        return
    given = task.args or {}
    for name in given:
        if name not in named and parameters.kwarg is None:
            key = analysis.source.key(f"{entry.pointer}/args" + pointer_of(name))
            yield RULE.at(key, f"`main` takes no `{name}`", help=did_you_mean(name, named))
    for name in needed:
        if name not in given:
            yield RULE.at(at, f"`main` needs `{name}`, which `args` does not give", help="add it to `args`")


def _offset(code: str, line: int, column: int) -> int:
    """The offset in the code of a line (from 1) and a column (from 0)."""
    return sum(len(each) for each in code.splitlines(keepends=True)[: line - 1]) + column
