"""The page of each rule tells the truth: its example fires the rule and nothing else, what stands instead does not."""

from __future__ import annotations

import re

import pytest

import overture.checks.rules
import overture.language.rules
from overture.checks import check
from overture.diagnostics.pages import Shown, page_of
from overture.diagnostics.rules import Rule, rules_in
from overture.language.reading import read

RULES = [rule for package in (overture.language.rules, overture.checks.rules) for rule in rules_in(package)]

rules = pytest.mark.parametrize("rule", RULES, ids=[f"{rule.code}-{rule.name}" for rule in RULES])


def fired(shown: Shown) -> set[str]:
    return {each.code for each in check(read(shown.text, f"example.{shown.language}")).diagnostics}


def test_codes_and_names_are_of_one_rule_each() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


@rules
def test_a_page_has_its_title_and_sections(rule: Rule) -> None:
    page = page_of(rule.page)
    assert page.title
    assert list(page.sections) == ["What", "Why", "Example", "Instead"]
    assert all(page.sections.values())
    assert re.fullmatch(r"OV\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)


@rules
def test_the_example_fires_its_rule_and_no_other(rule: Rule) -> None:
    examples = page_of(rule.page).shown("Example")
    assert examples
    for shown in examples:
        assert fired(shown) == {rule.code}


@rules
def test_what_stands_instead_does_not_fire_it(rule: Rule) -> None:
    instead = page_of(rule.page).shown("Instead")
    assert instead
    for shown in instead:
        assert fired(shown) == set()
