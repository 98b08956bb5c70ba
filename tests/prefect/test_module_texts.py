"""Every text of a workflow stands in the module as it was, or is refused by name."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from generated_places import hold

from overture.plan.backend import Export

NOT_EMITTED = ("source",)

REFUSALS = {"a text in `prefect.yaml` cannot hold `{{ }}`: `prefect deploy` would fill it in"}


def texts_of(source: str) -> Iterator[str]:
    """The constants of a Python program, and of programs that it holds as text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
            if "def main(" in node.value:
                yield from texts_of(node.value)


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value:
            yield from leaves(each)
            if isinstance(value, dict):
                yield from leaves(value[each])


def stands(export: Export) -> Callable[[str, str], bool]:
    found = set(texts_of(export.files["hostile.py"]))
    deployment = set(leaves(yaml.safe_load(export.files["prefect.yaml"])))
    # a docstring is indented
    told = {_folded(text) for text in found}

    def asked(place: str, text: str) -> bool:
        if place in NOT_EMITTED or text in found:
            return True
        if place in ("description", "description of a task"):
            return _folded(text) in told
        return text in deployment or (place == "label" and f"team={text}" in deployment)

    return asked


def _folded(text: str) -> str:
    return " ".join(text.split())


def check(seeds: range, least: int) -> None:
    tally = hold("prefect", seeds, stands)
    print(f"\nprefect: {tally.kept} texts kept, refused: {dict(tally.refused)}")
    assert not tally.faults, f"{len(tally.faults)}:\n" + "\n".join(tally.faults[:20])
    assert set(tally.refused) <= REFUSALS
    assert tally.kept >= least


def test_a_sample_of_hostile_texts_stands_in_modules_as_it_was() -> None:
    check(range(15), 1_000)


@pytest.mark.deep
def test_hostile_texts_stand_in_modules_as_they_were() -> None:
    check(range(2_000, 2_285), 20_000)
