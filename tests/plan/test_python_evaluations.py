"""Every form of the language with hostile operands means in written Python what it means to us.

These are the expressions as the Prefect backend emits them, beside the helpers that they call.
"""

from __future__ import annotations

from typing import Any

import pytest
from generated_evaluations import FORMS, Evaluation, evaluations
from generated_judgement import NOW, Judged, judge

from overture.expressions.table import FILTERS, FUNCTIONS, TESTS
from overture.expressions.tree import Ref
from overture.plan.python_source import HELPERS, Names, helper_sources, python_expression

MOST_TOLD = 20


class Data(Names):
    """Names are keys of `data`; one that is missing is known to be."""

    def __init__(self, judged: Judged) -> None:
        self.data = judged.data

    def read(self, ref: Ref) -> str:
        return f"data[{ref.name!r}]"

    def peek(self, ref: Ref) -> str:
        return f"data.get({ref.name!r})"

    def presence(self, ref: Ref) -> str | None:
        return None if ref.name in self.data else f"({ref.name!r} in data)"


@pytest.fixture(scope="module")
def space() -> dict[str, Any]:
    """What stands before the expressions: all helpers, for reading them anew for each takes most of the time."""
    found: dict[str, Any] = {}
    exec(compile(helper_sources(HELPERS), "<helpers>", "exec"), found)
    return found | {"now": lambda: NOW}


def fault(evaluation: Evaluation, space: dict[str, Any]) -> str | None:
    """What is wrong with what the written Python gives; None if it agrees."""
    judged = judge(evaluation)
    code = python_expression(judged.tree, Data(judged))
    names = space | {"data": judged.data}
    exec("\n".join(code.imports), names)
    try:
        found, refusal = eval(compile(code.text, "<expression>", "eval"), names), None
    except Exception as error:
        found, refusal = None, error
    wrong = judged.fault(found, refusal)
    return wrong and f"{evaluation.expression}: `{code.text}` {wrong}, of {evaluation.data!r}"


def check(space: dict[str, Any], per_form: int, seed: int) -> int:
    """Runs them all; how many there were."""
    number, faults = 0, []
    for number, evaluation in enumerate(evaluations(per_form, seed), 1):  # noqa: B007
        wrong = fault(evaluation, space)
        faults += [wrong] if wrong else []
    assert not faults, f"{len(faults)} of {number}:\n" + "\n".join(faults[:MOST_TOLD])
    return number


def test_every_row_of_the_table_has_evaluations() -> None:
    names = {form.name for form in FORMS}
    assert names >= {*FILTERS, *FUNCTIONS, *(f"is {row.name}" for row in TESTS.values() if row.is_test)}


@pytest.mark.filterwarnings("ignore::SyntaxWarning")  # `0[1]` and its like, which the checker refuses
def test_a_sample_of_every_form_means_the_same_in_written_python(space: dict[str, Any]) -> None:
    assert check(space, 1, seed=0) >= 2_000


@pytest.mark.deep
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_every_form_with_hostile_operands_means_the_same_in_written_python(space: dict[str, Any]) -> None:
    assert check(space, 25, seed=1) >= 50_000
