"""Something that the target cannot do.

## What
The workflow uses a feature that this target has no exact form for.

## Why
A file that runs and means something else is worse than none: nothing is exported. `overture backends` shows what each
target can do.

## Example
`approve` in a workflow that is run on the local executor.

## Instead
Another target, or another way to say it that the target has.
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV951", "not-supported", "error", __doc__)
