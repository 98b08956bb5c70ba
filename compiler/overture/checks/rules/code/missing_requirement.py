"""A package that nothing installs.

## What
Python code imports a module that is neither part of the standard library nor of a package that `requirements`
names. An import that `try` … `except ImportError` guards is let be.

## Why
The code runs in an environment of its own, which has what `requirements` names and nothing else: the import fails
when its turn comes.

## Example
```yaml
overture: 1
name: example
tasks:
  - id: mean
    kind: python
    code: |
      import pandas
      def main():
          return pandas.Series([1, 2]).mean()
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - id: mean
    kind: python
    requirements: [pandas]
    code: |
      import pandas
      def main():
          return pandas.Series([1, 2]).mean()
```
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.index import Entry
from overture.checks.modules import distribution_of, gives, usual_distribution
from overture.checks.rules.code.python_code import line_offsets, parsed
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.tasks import PythonTask

RULE = Rule("OV603", "missing-requirement", "warning", __doc__)

_FAILING = frozenset(("ImportError", "ModuleNotFoundError", "Exception", "BaseException"))
_ALWAYS = frozenset((*sys.stdlib_module_names, "__main__"))


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.of("python"):
        if isinstance(entry.task, PythonTask) and "import" in entry.task.code:
            yield from _missing(analysis, entry, entry.task)


def _missing(analysis: Analysis, entry: Entry, task: PythonTask) -> Iterator[Diagnostic]:
    tree = parsed(task.code)
    if isinstance(tree, Exception):
        return
    imports = {name: node for node, name in reversed(list(_imports(tree))) if name not in _ALWAYS}
    distributions = [distribution_of(each) for each in task.requirements or ()]
    given = {name for name in imports if any(each is not None and gives(each, name) for each in distributions)}
    unused = [each for each in distributions if each is None or not any(gives(each, name) for name in imports)]
    if unused:
        return  # what is installed under a name that we do not know may be what is imported
    offsets = line_offsets(task.code)
    for name, node in sorted(imports.items(), key=lambda each: (each[1].lineno, each[1].col_offset)):
        if name in given:
            continue
        start = task.code.find(name, offsets.at(node.lineno, node.col_offset))
        at = analysis.source.within(f"{entry.pointer}/code", start, start + len(name))
        wanted = usual_distribution(name)
        listed = ", ".join((*(task.requirements or ()), wanted))
        yield RULE.at(at, f"nothing installs `{name}`", help=f"add it: `requirements: [{listed}]`")


def _imports(tree: ast.AST) -> Iterator[tuple[ast.stmt | ast.alias, str]]:
    """The top-level modules that code imports and must find, each with its node."""
    todo: list[ast.AST] = [tree]
    for node in todo:
        if isinstance(node, ast.Import):
            yield from ((alias, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node, node.module.partition(".")[0]
        elif isinstance(node, ast.Try) and any(_catches(each) for each in node.handlers):
            todo += [*node.orelse, *node.finalbody]
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            todo += node.orelse
        elif not isinstance(node, ast.expr):  # imports are statements, and stand in statements
            todo += ast.iter_child_nodes(node)


def _catches(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches an import that fails."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(each is None or (isinstance(each, ast.Name) and each.id in _FAILING) for each in caught)
