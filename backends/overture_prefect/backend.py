"""The Prefect target: a plan becomes one module of Python, and one for each workflow that it calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from overture.plan.backend import Export, Gap, Support
from overture.plan.model import Plan
from overture_prefect.lower import file_name, lower
from overture_prefect.render import render
from overture_prefect.support import SUPPORT


class Prefect:
    """A backend (overture.plan.backend)."""

    name = "prefect"
    version = "3.9.1"
    suffix: str | None = ".py"
    options: Mapping[str, str] = {
        "secrets": "`environment` (default), or `block`: read them from Prefect's Secret blocks"
    }

    def support(self) -> Mapping[str, Support]:
        return SUPPORT

    def export(self, plan: Plan, options: Mapping[str, str]) -> Export:
        """The module of a plan and those of the workflows that it calls. Raises ValueError for an unknown option."""
        if options.get("secrets", "environment") not in ("environment", "block"):
            raise ValueError(f"`secrets` is `environment` or `block`, not `{options['secrets']}`")
        files: dict[str, str] = {}
        gaps: list[Gap] = []
        for each in (plan, *plan.callees.values()):
            module, found = lower(each, options)
            workflow = None if each is plan else each.name
            gaps += [replace(gap, workflow=workflow) for gap in found]
            if not any(gap.severity == "error" for gap in found):
                files[file_name(each)] = render(module)
        return Export({} if any(gap.severity == "error" for gap in gaps) else files, tuple(gaps))
