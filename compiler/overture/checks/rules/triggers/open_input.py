"""A trigger that leaves an input open.

## What
An input without a default is not set by a trigger.

## Why
Nobody is there to fill it in when a trigger fires.

## Example
```yaml
overture: 1
name: example
inputs:
  city: {type: string}
triggers:
  - {type: schedule, cron: "0 9 * * *", timezone: UTC}
tasks:
  - {id: tell, kind: log, message: "{{ inputs.city }}"}
```

## Instead
```yaml
overture: 1
name: example
inputs:
  city: {type: string}
triggers:
  - {type: schedule, cron: "0 9 * * *", timezone: UTC, inputs: {city: Berlin}}
tasks:
  - {id: tell, kind: log, message: "{{ inputs.city }}"}
```
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from overture.checks.analysis import Analysis
from overture.diagnostics.model import Diagnostic, Related
from overture.diagnostics.nearest import nearest
from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import pointer_of
from overture.language.tasks import CallTask

RULE = Rule("OV503", "open-input", "error", __doc__)
MAX_RELATED = 6
"""Triggers that are named beside one another: nobody reads on, and a hostile file has thousands."""


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    inputs = analysis.workflow.inputs or {}
    needed = [name for name, schema in inputs.items() if "default" not in schema]
    yield from _left_open(analysis, needed, inputs)
    for entry in analysis.index.entries:
        if isinstance(entry.task, CallTask) and entry.task.workflow in analysis.callees:
            theirs = analysis.callees[entry.task.workflow].workflow.inputs or {}
            for name, schema in theirs.items():
                if "default" not in schema and not _is_given(name, entry.task.inputs, theirs):
                    at = analysis.source.value(f"{entry.pointer}/workflow")
                    yield RULE.at(
                        at,
                        f"this call leaves input `{name}` of `{entry.task.workflow}` open",
                        help="set it in `inputs`",
                    )


def _left_open(analysis: Analysis, needed: list[str], inputs: Mapping[str, object]) -> Iterator[Diagnostic]:
    """One finding for the inputs that the same triggers leave open: it is one thought that is missing."""
    by_triggers: dict[tuple[int, ...], list[str]] = {}
    for name in needed:
        triggers = enumerate(analysis.workflow.triggers or ())
        open_at = tuple(number for number, trigger in triggers if not _is_given(name, trigger.inputs, inputs))
        if open_at:
            by_triggers.setdefault(open_at, []).append(name)
    told: set[int] = set()
    for open_at, names in sorted(by_triggers.items(), key=lambda each: len(each[0])):  # a span holds one finding
        first = next((each for each in open_at if each not in told), None)
        told.add(open_at[0] if first is None else first)
        keys = [analysis.source.key("/inputs" + pointer_of(name)) for name in names[:MAX_RELATED]]
        places = [analysis.source.value(f"/triggers/{each}/type") for each in open_at[:MAX_RELATED] if each != first]
        at = keys[0] if first is None else analysis.source.value(f"/triggers/{first}/type")
        who = "a trigger" if first is None else "this trigger"
        shown = " and ".join(f"`{name}`" for name in names)
        related = (
            *(Related("declared here without a default", key) for key in keys if key != at),
            *(Related("this trigger leaves it open too" if first is not None else "this one", each) for each in places),
        )
        what, it = ("input", "it") if len(names) == 1 else ("inputs", "them")
        help = f"set {it} in the trigger's `inputs`, or give {it} a default"
        yield RULE.at(at, f"{who} leaves {what} {shown} open", help=help, related=related)


def _is_given(name: str, given: Mapping[str, object] | None, declared: Mapping[str, object]) -> bool:
    """Whether an input is given, or a name that does not exist (which is a finding of its own) was meant to be it."""
    return any(each == name or (each not in declared and nearest(each, [name])) for each in given or {})
