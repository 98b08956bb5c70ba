"""Every text of a workflow stands in the flow as it was, or is refused by name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from generated_places import hold
from readback import constants

from overture.plan.backend import Export

NOT_EMITTED = ("source", "description of a property")
"""A flow has no place for them."""

REFUSALS = {"a text that holds both `{{` and `endverbatim` cannot be kept as it is", "a text that Kestra changes"}
UNSAYABLE = ("a NUL in a text", "a raw tag in a text")


def stands(export: Export) -> Callable[[str, str], bool]:
    found = constants(dict(export.files))
    return lambda place, text: place in NOT_EMITTED or text in found


def check(seeds: range, least: int) -> None:
    tally = hold("kestra", seeds, stands)
    print(f"\nkestra: {tally.kept} texts kept, refused: {dict(tally.refused)}")
    assert not tally.faults, f"{len(tally.faults)}:\n" + "\n".join(tally.faults[:20])
    assert {each for each in tally.refused if not each.startswith(UNSAYABLE)} <= REFUSALS
    assert tally.kept >= least


def test_a_sample_of_hostile_texts_stands_in_flows_as_it_was() -> None:
    check(range(30), 1_000)


@pytest.mark.deep
def test_hostile_texts_stand_in_flows_as_they_were() -> None:
    check(range(1_000, 1_570), 20_000)
