from __future__ import annotations

from overture.diagnostics.model import At, Change, Diagnostic, Edit
from overture.drafting.mending import mend, named, with_edits

TEXT = "one two\nthree four\n"


def finding(line: int, column: int, end: int, text: str, severity: str = "error") -> Diagnostic:
    at = At("w.yaml", "", line, column, line, end)
    edit = Edit(f"write `{text}`", (Change(at, text),))
    return Diagnostic("OV000", "some-rule", severity, "wrong", at, edit=edit)  # type: ignore[arg-type]


def test_the_edits_of_errors_are_made() -> None:
    text, done = with_edits(TEXT, [finding(1, 1, 4, "ONE"), finding(2, 7, 11, "4")])
    assert text == "ONE two\nthree 4\n"
    assert done == ["wrong: write `ONE`", "wrong: write `4`"]


def test_warnings_are_left_to_the_author() -> None:
    assert with_edits(TEXT, [finding(1, 1, 4, "ONE", "warning")]) == (TEXT, [])


def test_of_two_edits_that_touch_the_first_is_made() -> None:
    text, done = with_edits(TEXT, [finding(1, 1, 6, "A"), finding(1, 5, 8, "B")])
    assert text == "Awo\nthree four\n"
    assert len(done) == 1


def test_secrets_that_are_read_are_declared_once() -> None:
    document = {"name": "w", "secrets": ["A"], "tasks": [{"url": "{{ secrets.A }}{{ secrets.B }}{{ secrets.B }}"}]}
    assert mend(document, None) == ["`B` is declared among the secrets"]
    assert document["secrets"] == ["A", "B"]
    assert mend(document, None) == []


def test_a_name_that_is_asked_for_is_taken() -> None:
    document = {"name": "w"}
    assert mend(document, "Other name") == []
    assert document["name"] == "other_name" == named("Other name")
