"""The names that others build on."""

from __future__ import annotations

import overture


def test_the_public_names_are_these_and_all_load() -> None:
    assert overture.__all__ == ["Diagnostic", "Workflow", "check", "compile", "export", "plan", "run"]
    for name in overture.__all__:
        assert callable(getattr(overture, name))


def test_another_name_is_refused() -> None:
    assert not hasattr(overture, "improvise")


def test_plan_is_a_function_before_and_after_its_package_is_imported() -> None:
    import overture.plan.model

    verdict = overture.check("overture: 1\nname: hello\ntasks: [{id: hi, kind: log, message: hi}]\n")
    assert verdict.checked is not None
    assert isinstance(overture.plan(verdict.checked), overture.plan.model.Plan)
