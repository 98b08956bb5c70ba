"""One mistake, one finding: nothing is said twice of one place, and no consequence beside its cause."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import overture.checks.rules
import overture.language.rules
from overture.checks import check
from overture.diagnostics.duplicates import once
from overture.diagnostics.model import At, Diagnostic, Severity
from overture.diagnostics.pages import page_of
from overture.diagnostics.rules import Rule, rules_in
from overture.language.reading import read


def found(
    start: int, end: int, code: str = "OV300", severity: Severity = "error", pointer: str = "/tasks/0/when"
) -> Diagnostic:
    return Diagnostic(code, code.lower(), severity, f"{code} is wrong", At("x.yaml", pointer, 1, start, 1, end))


def spans(*diagnostics: Diagnostic) -> list[tuple[int, int, str]]:
    return [(each.at.column, each.at.end_column, each.code) for each in once(diagnostics)]


def test_of_two_at_one_span_the_more_severe_stays_and_of_equals_the_lower_code() -> None:
    assert spans(found(1, 5, "OV301", "warning"), found(1, 5, "OV302")) == [(1, 5, "OV302")]
    assert spans(found(1, 5, "OV302"), found(1, 5, "OV301")) == [(1, 5, "OV301")]


def test_a_whole_is_not_told_where_an_error_stands_in_a_part_of_the_same_text() -> None:
    assert spans(found(1, 20), found(3, 18), found(5, 9)) == [(5, 9, "OV300")]
    assert spans(found(1, 20, severity="warning"), found(5, 9), found(12, 14)) == [(5, 9, "OV300"), (12, 14, "OV300")]


def test_a_whole_is_told_beside_a_warning_and_beside_what_stands_in_another_text() -> None:
    assert len(spans(found(1, 20), found(5, 9, severity="warning"))) == 2
    assert len(spans(found(1, 20, pointer="/tasks/0"), found(5, 9))) == 2
    assert len(spans(found(1, 9), found(5, 12))) == 2


diagnostics = st.builds(
    lambda start, width, code, severity, text: found(start, start + width, code, severity, text),
    st.integers(1, 12), st.integers(0, 8), st.sampled_from(["OV301", "OV302"]),
    st.sampled_from(["error", "warning", "info"]), st.sampled_from(["/a", "/b"]),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(diagnostics, max_size=12))
def test_what_is_left_is_in_order_new_to_nobody_and_keeps_every_file_wrong_that_was(given: list[Diagnostic]) -> None:
    left = once(given)
    assert all(each in given for each in left)
    assert left == sorted(left, key=lambda each: (each.at.line, each.at.column, each.code))
    assert len({(each.at.column, each.at.end_column) for each in left}) == len(left)
    assert any(each.severity == "error" for each in left) == any(each.severity == "error" for each in given)


RULES = [rule for package in (overture.language.rules, overture.checks.rules) for rule in rules_in(package)]


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_the_one_mistake_of_an_example_is_told_once(rule: Rule) -> None:
    for shown in page_of(rule.page).shown("Example"):
        told = check(read(shown.text, f"example.{shown.language}")).diagnostics
        assert len(told) == 1


HEAD = "overture: 1\nname: example\n"


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ("tasks: [{id: a, kind: foreach, items: \"'x' ~ tasks.b.value\", as: x, collect: x}]", "unknown-task"),
        ("tasks: [{id: a, kind: log, message: a, when: 'inputs.b ~ 1'}]", "unknown-input"),
        ("tasks: [{id: a, kind: log, message: '{{ inputs.b + inputs.c.d | lower }}'}]", "unknown-input unknown-input"),
        ("tasks: [{id: a, kind: log, message: '{{ (tasks.a.b + 1) / 2 }}'}]", "read-before-exists"),
        (
            "tasks: [{id: a, kind: ai, prompt: b}, {id: b, kind: log, message: b, when: tasks.a.value}]",
            "unchecked-answer",
        ),
        ("tasks: [{id: a, kind: log, message: '{{ secrets.TOKEN }}'}]", "misplaced-secret"),
    ],
)
def test_consequences_are_not_told(document: str, rule: str) -> None:
    assert " ".join(each.rule for each in check(read(HEAD + document, "x.yaml")).diagnostics) == rule
