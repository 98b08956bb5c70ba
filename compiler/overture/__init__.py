"""Overture: English becomes a checked workflow; a workflow becomes a plan; a backend makes files of it, or runs it.

The public names are loaded when they are first used, so that `import overture` costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` takes longer to import than all that `--version` does; type checkers know the name
if TYPE_CHECKING:
    from typing import Any

    from overture.api import check as check
    from overture.api import compile as compile
    from overture.api import export as export
    from overture.api import plan as plan
    from overture.api import run as run
    from overture.diagnostics.model import Diagnostic as Diagnostic
    from overture.language.workflow import Workflow as Workflow

__all__ = ["Diagnostic", "Workflow", "check", "compile", "export", "plan", "run"]

_HOMES = {"Diagnostic": "overture.diagnostics.model", "Workflow": "overture.language.workflow"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'overture' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "overture.api")), name)
