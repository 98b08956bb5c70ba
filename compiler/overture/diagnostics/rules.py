"""Rules: a stable code, a name, a severity, and the page that explains it.

A rule is a module: its docstring is its page (What, Why, Example, Instead), its `RULE` the facts. Whoever wants all of
them walks a package of such modules with `rules_in`.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from types import ModuleType

from overture.diagnostics.model import At, Diagnostic, Edit, Related, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    code: str
    name: str
    severity: Severity
    page: str

    def at(
        self,
        at: At,
        message: str,
        *,
        help: str | None = None,
        related: tuple[Related, ...] = (),
        edit: Edit | None = None,
        severity: Severity | None = None,
    ) -> Diagnostic:
        """A finding of this rule at a place; `severity` only where the language gives this case another one."""
        return Diagnostic(self.code, self.name, severity or self.severity, message, at, help, related, edit)


def rules_in(package: ModuleType) -> list[Rule]:
    """The rules of a package's modules, nested ones too, by code."""
    found = []
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        rule = getattr(importlib.import_module(module.name), "RULE", None)
        if isinstance(rule, Rule):
            found.append(rule)
    return sorted(found, key=lambda rule: rule.code)
