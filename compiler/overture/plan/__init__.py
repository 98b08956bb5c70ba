"""The target-neutral plan, its effects, and what a backend is.

The package is also the public function of its name, `overture.plan(checked)`: Python binds a package's name in its
parent when it is imported, so a function beside it would be hidden.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overture.checks.verdict import Checked
    from overture.plan.model import Plan


class _Callable(ModuleType):
    def __call__(self, checked: Checked) -> Plan:
        from overture.plan.build import plan

        return plan(checked)


sys.modules[__name__].__class__ = _Callable
