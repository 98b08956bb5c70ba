"""Every form of the language with hostile operands: what it is translated to means on the engine what it means to us.

A form has a translation under some types and none under others: there a step in Python computes it, which
tests/kestra/test_computed_evaluations.py holds to the same evaluations.
"""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "generated"))

from generated_evaluations import FORMS, Evaluation, evaluations, evaluations_of, text_evaluations
from generated_judgement import judge
from kestra.renderings import Rendering, renderings

if TYPE_CHECKING:
    from engines.kestra.engine import KestraEngine

Written = tuple[dict[str, object], Rendering]
"""The variables of an evaluation, and one of its templates."""

PER_REQUEST = 400
"""Templates of one request: they share its variables, which Kestra reads anew for each."""

MOST_TOLD = 20


def translated(found: Iterable[Evaluation]) -> tuple[Counter[tuple[str, bool]], list[Written]]:
    """How many evaluations of each form have a translation and how many have none; each template with its data."""
    counts: Counter[tuple[str, bool]] = Counter()
    written: list[Written] = []
    for number, evaluation in enumerate(found):
        ways = list(renderings(judge(evaluation), f"c{number}"))
        counts[evaluation.form, bool(ways)] += 1
        written += [(variables, each) for variables, templates in ways for each in templates]
    return counts, written


def faults(engine: KestraEngine, written: Sequence[Written]) -> list[str]:
    """What is wrong with what the engine makes of the templates."""
    found = []
    for at in range(0, len(written), PER_REQUEST):
        batch = written[at : at + PER_REQUEST]
        data: dict[str, object] = {}
        for variables, _ in batch:
            data |= variables
        answers = engine.render([each.template for _, each in batch], {"data": data})
        for (_, each), answer in zip(batch, answers, strict=True):
            if wrong := each.fault(answer.text, answer.error):
                of = each.judged.evaluation
                found.append(f"{of.expression}: `{each.template}` {wrong}, of {of.data!r}")
    return found


@pytest.mark.engine
def test_a_sample_of_every_form_means_the_same_on_kestra(kestra: KestraEngine) -> None:
    sample = itertools.chain.from_iterable(evaluations_of(form, 1) for form in FORMS)
    counts, written = translated(itertools.chain(sample, text_evaluations(40)))
    assert sum(number for (_, is_translated), number in counts.items() if is_translated) >= 500
    wrong = faults(kestra, written)
    assert not wrong, f"{len(wrong)} of {len(written)}:\n" + "\n".join(wrong[:MOST_TOLD])


@pytest.mark.engine_deep
def test_every_form_with_hostile_operands_means_the_same_on_kestra(kestra: KestraEngine) -> None:
    counts, written = translated(evaluations(40, seed=3))
    print(f"\n{'form':16}{'translated':>12}{'by a step':>12}")
    for form in sorted({form for form, _ in counts}):
        print(f"{form:16}{counts[form, True]:12}{counts[form, False]:12}")
    number = sum(number for (_, is_translated), number in counts.items() if is_translated)
    print(f"{number} evaluations have a translation, in {len(written)} templates; {counts.total() - number} have none")
    assert number >= 20_000
    wrong = faults(kestra, written)
    assert not wrong, f"{len(wrong)} of {len(written)}:\n" + "\n".join(wrong[:MOST_TOLD])
