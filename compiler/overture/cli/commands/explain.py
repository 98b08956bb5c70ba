"""`overture explain CODE`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from overture.cli.console import say, usual_options
from overture.cli.exits import WrongUsage
from overture.diagnostics.nearest import did_you_mean
from overture.diagnostics.rules import Rule, rules_in


def all_rules() -> list[Rule]:
    """Every rule there is, of reading, shape, the checker and the targets, by code."""
    names = ("overture.language.rules", "overture.checks.rules", "overture.plan.rules")
    packages = [import_module(name) for name in names]
    return sorted((rule for package in packages for rule in rules_in(package)), key=lambda rule: rule.code)


@click.command()
@click.argument("code")
@usual_options
def command(code: str, quiet: bool, no_color: bool) -> int:
    """Show the page of a rule, by its code (OV202) or its name (unknown-task)."""
    rules = all_rules()
    for rule in rules:
        if code.lower() in (rule.code.lower(), rule.name):
            say(f"{rule.code} {rule.name} ({rule.severity})\n\n{rule.page.strip()}")
            return 0
    if Path(code).exists():
        raise WrongUsage(
            f"`{code}` is a file, and files are not explained yet", "see `overture plan`, `overture graph`"
        )
    names = [name for rule in rules for name in (rule.code, rule.name)]
    wanted = code.upper() if code.upper().startswith("OV") else code
    raise WrongUsage(f"there is no rule `{code}`", did_you_mean(wanted, names))
