"""What the engines did is what `results.json` says; runs after the cases, and compares those that have run."""

from __future__ import annotations

import pytest

from engines.results import PATH, Results, load_results
from overture.testing import find_cases

pytestmark = pytest.mark.engine

CASES = PATH.parents[1] / "cases"


def test_what_the_engines_did_is_what_is_written_down(results: Results, request: pytest.FixtureRequest) -> None:
    recorded = load_results()
    renewed = recorded.renewed(results, {folder.name: folder for folder in find_cases(CASES)})
    if request.config.getoption("--renew-results"):
        PATH.write_text(renewed.dump(), "utf-8")
        recorded = load_results()
    for name, row in results.cases.items():
        for engine, outcome in row.items():
            before = recorded.cases.get(name, {}).get(engine)
            assert outcome == before, f"{name} on {engine}; if that is as it should be: make engines RENEW=1"
