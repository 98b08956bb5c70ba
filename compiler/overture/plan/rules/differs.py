"""Something that the target does with a small difference.

## What
The workflow uses a feature that this target does nearly as the language says; the message names the difference.

## Why
It is exported, because the difference is small and listed in the support table; whoever exports should know it.

## Example
A delay of half a second, on an engine that looks once a second.

## Instead
Nothing, when the difference does not matter here.
"""

from __future__ import annotations

from overture.diagnostics.rules import Rule

RULE = Rule("OV952", "differs-on-target", "warning", __doc__)
