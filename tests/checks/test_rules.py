"""Every finding has a rule, every rule a code of its own."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

from overture.checks.verdict import rule_modules
from overture.diagnostics.rules import rules_in

ROOT = Path(__file__).parents[2]
PACKAGES = ("overture.language.rules", "overture.checks.rules", "overture.plan.rules")
RULES = [rule for package in PACKAGES for rule in rules_in(import_module(package))]
QUOTED = re.compile(r"\"([a-z]+(?:-[a-z]+)+)\"")


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_a_rule_that_inference_names_has_a_module() -> None:
    """What inference reports under a name that no module tells would be lost in silence."""
    told = {module.RULE.name for module in rule_modules()}
    inference = ("inference", "operators", "walking", "findings", "narrowing", "schemas", "patterns", "dates")
    named: set[str] = set()
    for name in inference:
        path = ROOT / "compiler" / "overture" / "expressions" / f"{name}.py"
        named.update(QUOTED.findall(path.read_text(encoding="utf-8")))
    for path in (ROOT / "compiler" / "overture" / "expressions" / "table").glob("*.py"):
        named.update(QUOTED.findall(path.read_text(encoding="utf-8")))
    assert named & told
    assert named - told == {"a-b-c", "date-time"}  # an example of slugify, a format
