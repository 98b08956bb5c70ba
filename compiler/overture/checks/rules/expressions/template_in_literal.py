"""An expression in a field that is literal.

## What
A field whose text is taken as it stands holds `{{ }}` with one of our names in it.

## Why
It would never be filled in: names, programs, code, queries, hosts and schemas are fixed when the
workflow is approved. Pass data as an argument.

## Example
```yaml
overture: 1
name: example
inputs:
  tool: {type: string, default: ls}
tasks:
  - {id: run_it, kind: shell, command: ["{{ inputs.tool }}", "{{ inputs.tool }}"]}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  folder: {type: string, default: "."}
tasks:
  - {id: run_it, kind: shell, command: [ls, "{{ inputs.folder }}"]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.index import Entry
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.failures import ExpressionSyntaxError
from overture.expressions.parsing import parse_template
from overture.expressions.tree import references
from overture.language.tasks import ForeachTask, PythonTask

RULE = Rule("OV314", "template-in-literal", "error", __doc__)


_HELP = {
    "code": "give it to `main` through `args`",
    "query": "write `:name` and give the value in `params`",
    "0": "the program is literal; only arguments may hold data",
}


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    holders: dict[str, Entry] = {}
    for literal in analysis.literals:
        try:
            tree = parse_template(literal.text, keeps_type=False)
        except ExpressionSyntaxError:
            continue
        for ref in references(tree):
            if ref.root == "item" and not holders:
                holders = {entry.pointer: entry for entry in analysis.index.entries}
            if ref.root != "item" or _is_of_loop(ref.name, literal.pointer, holders):
                key = literal.pointer.rpartition("/")[2]
                at = analysis.source.within(literal.pointer, *ref.span)
                yield RULE.at(at, "an expression stands in a field that is literal", help=_HELP.get(key))
                break


def _is_of_loop(name: str, pointer: str, holders: dict[str, Entry]) -> bool:
    """Whether a bare name, which a template of somebody else's may hold too, is that of a loop round the field. In
    Python code a name that `args` gives is not: `f"{{ order }}"` may be meant so."""
    while pointer and pointer not in holders:
        pointer = pointer.rpartition("/")[0]
    holder = holders.get(pointer)
    if holder is None or (isinstance(holder.task, PythonTask) and name in (holder.task.args or {})):
        return False
    return any(isinstance(each.task, ForeachTask) and each.task.as_ == name for each in holder.chain()[:-1])
