"""`overture explain CODE` and `overture explain FILE`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from overture.cli.console import say, usual_options
from overture.cli.exits import WrongUsage
from overture.cli.files import ENDINGS, STDIN, workflow_paths
from overture.cli.loading import load_sound
from overture.diagnostics.nearest import did_you_mean
from overture.diagnostics.rules import Rule, rules_in


def all_rules() -> list[Rule]:
    """Every rule there is, of reading, shape, the checker and the targets, by code."""
    names = ("overture.language.rules", "overture.checks.rules", "overture.plan.rules")
    packages = [import_module(name) for name in names]
    return sorted((rule for package in packages for rule in rules_in(package)), key=lambda rule: rule.code)


@click.command()
@click.argument("subject", metavar="CODE|FILE")
@usual_options
def command(subject: str, quiet: bool, no_color: bool) -> int:
    """Show the page of a rule, or tell what a workflow does.

    A rule is named by its code (OV202) or its name (unknown-task). A workflow is told in prose: when it starts, what it
    does in order, what happens on failure, what it touches.
    """
    if subject == STDIN or subject.endswith(tuple(ENDINGS)) or Path(subject).exists():
        say("\n\n".join(_told(path, quiet=quiet, no_color=no_color) for path in workflow_paths((subject,))))
    else:
        rule = _rule(subject)
        say(f"{rule.code} {rule.name} ({rule.severity})\n\n{rule.page.strip()}")
    return 0


def _told(path: str, *, quiet: bool, no_color: bool) -> str:
    from overture.plan.prose import story

    loaded, plan = load_sound(path, quiet=quiet, no_color=no_color)
    assert loaded.verdict.checked is not None
    return story(loaded.verdict.checked, plan.effects)


def _rule(code: str) -> Rule:
    rules = all_rules()
    for rule in rules:
        if code.lower() in (rule.code.lower(), rule.name):
            return rule
    names = [name for rule in rules for name in (rule.code, rule.name)]
    wanted = code.upper() if code.upper().startswith("OV") else code
    raise WrongUsage(f"there is no rule `{code}`", did_you_mean(wanted, names))
