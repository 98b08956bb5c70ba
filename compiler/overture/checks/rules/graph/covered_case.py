"""A way of a branch that is never taken.

## What
A case asks only for what the cases before it take already; or an `else` (or another case) follows where the
cases take every value that there is.

## Why
Only the first case that is true is taken: what stands here never runs, though it reads as if it did. (After
cases that take every value, an `else` is only worth knowing about.)

## Example
```yaml
overture: 1
name: example
inputs:
  count: {type: integer, default: 1}
tasks:
  - id: choose
    kind: branch
    cases:
      - {when: inputs.count > 3, tasks: [{id: some, kind: log, message: some}]}
      - {when: inputs.count > 5, tasks: [{id: many, kind: log, message: many}]}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  count: {type: integer, default: 1}
tasks:
  - id: choose
    kind: branch
    cases:
      - {when: inputs.count > 5, tasks: [{id: many, kind: log, message: many}]}
      - {when: inputs.count > 3, tasks: [{id: some, kind: log, message: some}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.conditions import own_truth, truth_of
from overture.checks.index import Entry
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.rules import Rule
from overture.language.tasks import BranchTask

RULE = Rule("OV407", "covered-case", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    faulty = {pointer for pointer, _ in analysis.findings} | analysis.unreadable
    for branch in analysis.index.of("branch"):
        yield from _never_taken(analysis, branch, faulty)


def _never_taken(analysis: Analysis, branch: Entry, faulty: set[str]) -> Iterator[Diagnostic]:
    task = branch.task
    assert isinstance(task, BranchTask)
    for number in range(1, len(task.cases)):
        pointer = _case(branch, number)
        truth = None if pointer in faulty else truth_of(analysis.typed(pointer))
        if truth is None or own_truth(analysis, pointer) is not None:
            continue  # data decide, or it is a constant condition of its own
        if truth is False:
            earlier = next(
                (each for each in range(number) if own_truth(analysis, pointer, _case(branch, each)) is False), None
            )
            related: tuple[Related, ...] = ()
            if earlier is not None:
                related = (Related("this case takes it", analysis.source.value(_case(branch, earlier))),)
            message = "this case is never taken: an earlier one takes all that it asks for"
            if earlier is None:
                message = "this case is never taken: those before it take all that it asks for"
            yield RULE.at(analysis.source.value(pointer), message, related=related)
            continue
        message = "is never taken: the cases before it take every value"
        if number + 1 < len(task.cases):
            yield RULE.at(analysis.source.value(_case(branch, number + 1)), f"this case {message}")
        elif task.else_:
            yield RULE.at(analysis.source.key(f"{branch.pointer}/else"), f"this `else` {message}", severity="info")
        return


def _case(branch: Entry, number: int) -> str:
    return f"{branch.pointer}/cases/{number}/when"
