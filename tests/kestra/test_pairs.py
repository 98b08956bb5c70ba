"""A pipeline without loops over data is as short as one written by hand."""

from __future__ import annotations

import pytest
import yaml
from pairs import NAMES, by_hand, exported, lines


@pytest.mark.parametrize("name", ["nightly_import", "stock_check"])
def test_an_export_is_no_longer_than_a_flow_written_by_hand(name: str) -> None:
    assert lines(exported(name)[f"{name}.yaml"]) <= lines(by_hand(name))


@pytest.mark.parametrize("name", NAMES)
def test_an_export_has_the_tasks_of_a_flow_written_by_hand_and_no_others(name: str) -> None:
    """Where data is read with its types, Kestra needs scripts to keep them: longer, but the same tasks."""
    ours, theirs = (yaml.safe_load(text) for text in (exported(name)[f"{name}.yaml"], by_hand(name)))
    assert [each["id"] for each in ours["tasks"]] == [each["id"] for each in theirs["tasks"]]
