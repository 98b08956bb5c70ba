"""What is said of each row of the language on Kestra is what its translations are."""

from __future__ import annotations

from typing import Any, cast

import pytest
from generated_evaluations import FORMS, evaluations_of
from generated_judgement import judge
from renderings import renderings

from overture.checks import check
from overture.language.reading import read
from overture.plan.backend import load_backend
from overture.plan.build import plan
from overture.plan.python_source import PYTHON
from overture_kestra.languages import languages


def seen() -> dict[str, set[str]]:
    """The languages of the templates of every form."""
    found: dict[str, set[str]] = {}
    for form in FORMS:
        # what goes on behind the form itself would be counted as the form's
        name = {"now": "now()", "range": "range()"}.get(form.name, form.name)
        used = found.setdefault(name, set())
        for each in evaluations_of(form, 1):
            written = [one.template for _, templates in renderings(judge(each), "x") for one in templates]
            used |= {"jq" if "| jq(" in template else "Pebble" for template in written} or {"Python"}
    return found


def test_every_row_of_the_language_has_a_translation() -> None:
    assert [name for name, found in languages().items() if not found] == []


def test_the_languages_that_are_told_are_those_of_the_translations() -> None:
    found, told = seen(), languages()
    assert found.keys() == told.keys()
    for name, used in found.items():
        # what goes on behind a form may need jq or a step where the form itself does not
        assert used & {"Pebble", "jq"} <= {"Pebble", "jq"} & set(told[name]), name
        assert {"Pebble", "jq"} & set(told[name]) - used <= _ELSEWHERE.get(name, set()), name


# jq takes them only in the middle of a path that is jq's anyway
_ELSEWHERE = {"join": {"jq"}, "length": {"jq"}}


@pytest.mark.parametrize("backend", ["kestra", "prefect"])
def test_a_row_without_a_translation_is_refused_by_name(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(cast(dict[str, Any], PYTHON), "title")
    tasks = "tasks:\n  - {id: a, kind: log, message: '{{ inputs.s | title }}'}\n"
    text = f"overture: 1\nname: flow\ninputs: {{s: {{type: string}}}}\n{tasks}"
    verdict = check(read(text, "flow.flow.yaml"))
    assert verdict.checked is not None
    export = load_backend(backend).export(plan(verdict.checked), {})
    assert not export.files
    [gap] = [gap for gap in export.gaps if gap.severity == "error"]
    assert gap.pointer.startswith("/tasks/0")
    assert "`title` has no translation" in gap.message
