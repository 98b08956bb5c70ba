"""A repeat whose rounds change nothing.

## What
The condition of `until` is false whatever the data, or reads nothing that a round can change: no result of a
task in it, no clock, no state that it writes.

## Why
Such a repeat ends after its first round, or uses up all of them and fails. (A task in it that fails, fails the
repeat: to try again after a failure is `retry`, or `on_error: continue` and a look at the state.)

## Example
```yaml
overture: 1
name: example
inputs:
  ready: {type: boolean, default: false}
tasks:
  - id: poll
    kind: repeat
    attempts: 5
    until: inputs.ready
    tasks: [{id: fetch, kind: http, url: "https://example.com/job"}]
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - id: poll
    kind: repeat
    attempts: 5
    until: tasks.fetch.body.ready
    tasks:
      - id: fetch
        kind: http
        url: "https://example.com/job"
        returns: {type: object, properties: {ready: {type: boolean}}, required: [ready]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis, set_value
from overture.checks.conditions import truth_of
from overture.checks.index import Block, Entry
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import Call, Expr, Ref, references, walk
from overture.language.tasks import RememberTask

RULE = Rule("OV408", "endless-repeat", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    faulty = {pointer for pointer, _ in analysis.findings} | analysis.unreadable
    for repeat in analysis.index.of("repeat"):
        pointer = f"{repeat.pointer}/until"
        if pointer in faulty:
            continue
        condition = analysis.typed(pointer)
        truth = truth_of(condition)
        if truth is False:
            at = analysis.source.value(pointer)
            yield RULE.at(
                at, "this repeat can only fail: its condition is never true", help="read what a round changes"
            )
        elif truth is None and not _Rounds(analysis, repeat).change(condition):
            at = analysis.source.value(pointer)
            help = "read a result of a task in the repeat, `now()`, or a state that it writes"
            yield RULE.at(at, "no round of this repeat changes what its condition reads", help=help)


class _Rounds:
    """What the rounds of a repeat may change. A value is looked at once, however it is reached."""

    def __init__(self, analysis: Analysis, repeat: Entry) -> None:
        self._analysis = analysis
        self._block: Block = repeat.blocks[0]
        inside = [entry for entry in self._block.walk() if isinstance(entry.task, RememberTask)]
        self._written = {name for entry in inside if isinstance(entry.task, RememberTask) for name in entry.task.values}
        self._seen: set[Ref] = set()

    def change(self, tree: Expr) -> bool:
        if any(isinstance(node, Call) and node.name == "now" for node in walk(tree)):
            return True
        return any(self._changes(ref) for ref in references(tree))

    def _changes(self, ref: Ref) -> bool:
        if ref in self._seen:
            return False
        self._seen.add(ref)
        if ref.root == "state":
            return ref.name in self._written
        entry = self._analysis.index.tasks.get(ref.name) if ref.root == "tasks" else None
        if entry is None or not self._is_inside(entry):
            return False
        if entry.block is not self._block or entry.task.when is not None or entry.task.on_error == "continue":
            return True
        if ref.field in ("state", "error"):
            return False  # it succeeds, or the repeat fails with it
        value = set_value(self._analysis, ref)
        return value is None or self.change(value)

    def _is_inside(self, entry: Entry) -> bool:
        return any(each.block is self._block for each in entry.chain())
