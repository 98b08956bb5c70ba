"""`approve` in a module: the form that a person sees, and which pause is exact where."""

from __future__ import annotations

import pytest
from exporting import document, export, plan_of, source_of

from overture_prefect.people import asked_at_once

RETURNS = """returns: {type: object, required: [size, note], properties: {
    size: {type: integer, minimum: 1, maximum: 9, description: How many}, colour: {enum: [red, green]},
    ship-date: {type: string}, json: {type: string, maxLength: 5}, share: {type: number},
    note: {type: [string, "null"]}, parts: {type: array, items: {type: string}, minItems: 1}}}"""


def joined(source: str) -> str:
    """A source without its spaces and line breaks."""
    return "".join(source.split())


def asking(more: str = "", rest: str = "", head: str = "") -> str:
    ask = f"  - {{id: ask, kind: approve, message: Well?{', ' * bool(more)}{more}}}\n"
    return source_of(document(ask + rest, head))


def test_a_form_has_a_field_for_each_property_and_may_be_left_empty() -> None:
    source = asking(RETURNS)
    assert "class AskForm(Approval):" in source
    for line in (
        'size: int | None = Field(None, ge=1, le=9, description="How many")',
        'colour: Literal["red", "green"] | None = None',
        'field_3: str | None = Field(None, alias="ship-date")',
        'field_4: str | None = Field(None, max_length=5, alias="json")',
        "share: float | None = None",
        "note: str | None = None",
        "parts: list[str] | None = Field(None, min_length=1)",
    ):
        assert f"    {line}\n" in source
    assert 'filled_in(answer, ASK_SCHEMA, nullable=["note"])' in source


def test_without_fields_the_form_is_the_one_that_all_share() -> None:
    assert 'form = Approval.with_initial_data(description="Well?")' in asking()


@pytest.mark.parametrize("name", ["approved", "by", "comment"])
def test_a_field_that_every_form_has_is_refused(name: str) -> None:
    returns = f"returns: {{type: object, properties: {{{name}: {{type: string}}}}}}"
    found = export(document(f"  - {{id: ask, kind: approve, message: Well?, {returns}}}"))
    assert [(gap.pointer, f"`{name}`" in gap.message) for gap in found.gaps] == [("/tasks/0", True)]


def test_a_pause_that_may_end_the_run_is_prefects_own() -> None:
    source = asking("timeout: 1h")
    assert "await pause_flow_run(wait_for_input=form, timeout=3600, poll_interval=2)" in source
    assert "timeout_seconds" not in source
    assert "def answered(" not in source and "def apart(" not in source


def test_a_pause_without_a_timeout_does_not_end_after_an_hour() -> None:
    source = asking()
    assert "timeout=NO_TIMEOUT" in source


@pytest.mark.parametrize(
    ("more", "rest", "head"),
    [
        ("timeout: 1h, on_timeout: approve", "", ""),
        ("timeout: 1h, on_timeout: reject", "", ""),
        ("timeout: 1h, on_error: continue", "", ""),
        ("timeout: 1h", "", "finally: [{id: say, kind: log, message: over}]"),
        ("timeout: 1h", "", "on_failure: [{id: say, kind: log, message: over}]"),
    ],
)
def test_a_run_that_outlives_the_time_of_an_answer_is_resumed_before_it_fails(more: str, rest: str, head: str) -> None:
    assert f"await answered(form, 3600, approved={'approve' in more})" in asking(more, rest, head)


APPROVALS = {
    "one after the other": ("  - {id: a, kind: approve, message: x}\n  - {id: b, kind: approve, message: x}", ""),
    "side by side": (
        "  - {id: a, kind: approve, message: x}\n  - {id: b, kind: approve, message: x, needs: []}",
        "a b",
    ),
    "ordered across others": (
        "  - {id: a, kind: approve, message: x}\n  - {id: s, kind: log, message: x}\n"
        "  - {id: t, kind: log, message: x, needs: [a]}\n  - {id: b, kind: approve, message: x, needs: [s, t]}",
        "",
    ),
    "in two branches": (
        "  - {id: c, kind: branch, cases: [{when: run.id == 'x', tasks: [{id: a, kind: approve, message: x}]}],"
        " else: [{id: b, kind: approve, message: x}]}",
        "",
    ),
    "in a loop, one at a time": (
        "  - {id: l, kind: foreach, items: [1, 2], as: i, tasks: [{id: a, kind: approve, message: x}]}",
        "",
    ),
    "in a loop, two at a time": (
        "  - {id: l, kind: foreach, concurrency: 2, items: [1, 2], as: i, tasks: [{id: a, kind: approve, message: x}]}",
        "a",
    ),
    "deep in blocks that run together": (
        "  - {id: l, kind: foreach, items: [1], as: i, tasks: [{id: a, kind: approve, message: x}]}\n"
        "  - {id: t, kind: try, needs: [], tasks: [{id: b, kind: approve, message: x}]}",
        "a b",
    ),
}


@pytest.mark.parametrize(("tasks", "names"), APPROVALS.values(), ids=APPROVALS)
def test_approvals_that_may_wait_together_are_asked_in_runs_of_their_own(tasks: str, names: str) -> None:
    text = document(tasks)
    assert asked_at_once(plan_of(text)) == set(names.split())
    assert joined(source_of(text)).count("awaitapart(lambda:pause_flow_run(") == len(names.split())


def test_a_pause_that_a_block_may_leave_behind_is_a_run_of_its_own() -> None:
    tasks = "  - {id: t, kind: try, timeout: 1h, tasks: [{id: a, kind: approve, message: x}]}"
    assert "awaitapart(lambda:pause_flow_run(" in joined(source_of(document(tasks)))
