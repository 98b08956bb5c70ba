"""The Prefect target: a plan becomes a module of Python, one for each workflow that it calls, and what
installs and deploys them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from overture.plan.backend import Export, Gap, Support
from overture.plan.model import Plan
from overture_prefect.deployment import prefect_yaml, requirements
from overture_prefect.lower import file_name, lower
from overture_prefect.model import Module
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
        """The module of a plan, those of the workflows that it calls, and what stands beside them. Raises ValueError
        for an unknown option."""
        if options.get("secrets", "environment") not in ("environment", "block"):
            raise ValueError(f"`secrets` is `environment` or `block`, not `{options['secrets']}`")
        modules: dict[str, Module] = {}
        plans = (plan, *plan.callees.values())
        calls = [task for each in plans for task in each.walk() if task.kind == "call"]
        started = {task.literals["workflow"] for task in calls if task.literals.get("wait") is False}
        gaps: list[Gap] = []
        for each in plans:
            module, found = lower(each, options, is_started=each.name in started)
            workflow = None if each is plan else each.name
            gaps += [replace(gap, workflow=workflow) for gap in found]
            modules[file_name(each)] = module
        if any(gap.severity == "error" for gap in gaps):
            return Export({}, tuple(gaps))
        files = {name: render(module) for name, module in modules.items()}
        deployments = [each.deployment for each in modules.values() if each.deployment is not None]
        if deployments:
            files["prefect.yaml"] = prefect_yaml(plan.name, deployments)
        files["requirements.txt"] = requirements(plan.name, modules.values())
        return Export(files, tuple(gaps))
