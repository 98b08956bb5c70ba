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
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

from overture.checks.analysis import Analysis
from overture.checks.index import Entry
from overture.diagnostics.model import At, Diagnostic
from overture.diagnostics.nearest import did_you_mean, nearest
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.expressions.records import record
from overture.language.tasks import PythonTask

RULE = Rule("OV601", "python-code", "error", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.of("python"):
        if isinstance(entry.task, PythonTask):
            yield from _problems(analysis, entry, entry.task)


@lru_cache(maxsize=2048)
def parsed(code: str) -> ast.Module | Exception:
    """The tree of Python code, or why there is none. Nothing is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
            compile(tree, "code", "exec", dont_inherit=True)  # `return` outside a function, a parameter twice
            return tree
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return error


@record(frozen=True, slots=True)
class Offsets:
    """Where the lines of a text begin, as Python counts lines."""

    lines: tuple[str, ...]
    starts: tuple[int, ...]

    def at(self, line: int, column: int, *, is_bytes: bool = True) -> int:
        """The offset of a line (from 1) and a column (from 0), which a syntax tree counts in bytes of UTF-8."""
        number = min(max(line, 1), len(self.lines)) - 1
        text = self.lines[number]
        if is_bytes:
            column = len(text.encode(errors="surrogatepass")[:column].decode(errors="ignore"))
        return self.starts[number] + min(column, len(text))


def line_offsets(code: str) -> Offsets:
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", code)  # not at form feeds and the like, as `splitlines` does
    return Offsets(tuple(lines), tuple(accumulate((len(each) for each in lines[:-1]), initial=0)))


def _problems(analysis: Analysis, entry: Entry, task: PythonTask) -> Iterator[Diagnostic]:
    pointer = f"{entry.pointer}/code"
    tree = parsed(task.code)
    if isinstance(tree, Exception):
        yield RULE.at(_wrong(analysis, pointer, task.code, tree), f"the code does not parse: {_message(tree)}")
        return
    mains = [
        node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == "main"
    ]
    if not mains:
        if not _may_define_main(tree):
            help = "def main(...):"
            yield RULE.at(analysis.source.key(pointer), "the code has no function `main` at top level", help=help)
        return
    main = mains[-1]
    parameters = main.args
    named = [each.arg for each in (*parameters.args, *parameters.kwonlyargs)]
    needed = [each.arg for each in parameters.args[: len(parameters.args) - len(parameters.defaults)]]
    needed += [
        each.arg for each, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True) if default is None
    ]
    if isinstance(main, ast.AsyncFunctionDef):
        at = _name_of(analysis, pointer, task.code, main)
        yield RULE.at(at, "`main` is async", help="an ordinary function: `def main(...)`")
    elif parameters.posonlyargs:
        at = _name_of(analysis, pointer, task.code, main)
        yield RULE.at(at, "`main` takes arguments by position only", help="arguments are given by name: remove the `/`")
        return
    given = task.args or {}
    meant: set[str | None] = set()
    strange = [] if parameters.kwarg is not None else [name for name in given if name not in named]
    lacking = [name for name in needed if name not in given]
    for name in strange:
        key = analysis.source.key(f"{entry.pointer}/args" + pointer_of(name))
        is_one_misnamed = len(strange) == len(lacking) == 1
        meant.add(lacking[0] if is_one_misnamed else nearest(name, lacking))
        known = lacking if is_one_misnamed else named
        yield RULE.at(key, f"`main` takes no `{name}`", help=did_you_mean(name, known))
    missing = [name for name in needed if name not in given and name not in meant]
    if missing:
        names = " and ".join(f"`{name}`" for name in missing)
        at = _name_of(analysis, pointer, task.code, main)
        yield RULE.at(at, f"`main` needs {names}, which `args` does not give", help="add it to `args`")


def _name_of(analysis: Analysis, pointer: str, code: str, main: ast.FunctionDef | ast.AsyncFunctionDef) -> At:
    start = code.find("main", line_offsets(code).at(main.lineno, main.col_offset))
    return analysis.source.within(pointer, start, start + len("main"))


def _may_define_main(tree: ast.Module) -> bool:
    """Whether `main` is given at top level otherwise than by `def`: assigned, imported, or in an `if`."""
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if any((alias.asname or alias.name) in ("main", "*") for alias in node.names):
                return True
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for inner in ast.walk(node):
                name = inner.id if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store) else None
                if name == "main" or (isinstance(inner, ast.FunctionDef) and inner.name == "main"):
                    return True
    return False


def _message(error: Exception) -> str:
    return error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__


def _wrong(analysis: Analysis, pointer: str, code: str, error: Exception) -> At:
    """The place that an error speaks of, to the end of its line at most."""
    if not isinstance(error, SyntaxError) or error.lineno is None:
        return analysis.source.value(pointer)
    offsets = line_offsets(code)
    start = offsets.at(error.lineno, (error.offset or 1) - 1, is_bytes=False)
    start += len(code[start:]) - len(code[start:].lstrip(" \t"))  # of an indent that is wrong, what is indented
    end = start + 1
    if error.end_lineno == error.lineno and (error.end_offset or 0) > (error.offset or 1):
        end = offsets.at(error.lineno, (error.end_offset or 1) - 1, is_bytes=False)
    return analysis.source.within(pointer, start, end)
