"""What is said of the engines is what was seen of them: every row of a support table has a case that proves it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engines_page import PAGE, TITLES, page, read_corpus

from overture.checks.verdict import check
from overture.language.reading import read
from overture.plan.backend import Export, load_backend
from overture.plan.build import plan
from overture.plan.features import FEATURES

ENGINES = ("kestra", "prefect")
RENEW = "make engines RENEW=1"

UNPROVABLE = {"resume": "a crash is no part of a case: tests/local/test_resume.py holds the local executor to it"}
"""Features that no case can show, with what does."""

HEAD = "overture: 1\nname: asked_for\n"
SAY = "tasks:\n  - {id: say, kind: log, message: hello}\n"
EXAMPLES = {
    "action": "tasks:\n  - {id: act, kind: action, uses: github.list_commits}\n",
    "sql": "secrets: [DB]\ntasks:\n  - {id: ask, kind: sql, connection: '{{ secrets.DB }}', query: select 1}\n",
    "approve": "tasks:\n  - {id: ask, kind: approve, message: well?}\n",
    "after": f"triggers: [{{type: after, workflow: other, states: [succeeded]}}]\n{SAY}",
    "catch_up": f"triggers: [{{type: schedule, cron: '0 9 * * *', timezone: UTC, catch_up: all}}]\n{SAY}",
    "block_timeout": "tasks:\n  - {id: all, kind: try, timeout: 1m, tasks: [{id: say, kind: log, message: hello}]}\n",
}
"""A workflow for each feature that some engine may lack altogether."""


def test_the_page_is_made_from_the_tables_and_the_results() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read_corpus()), "run `make docs`"


@pytest.mark.parametrize("engine", ENGINES)
def test_every_case_was_run_and_did_what_its_marker_says(engine: str) -> None:
    corpus = read_corpus()
    words = {"run": ("agrees",), "notyet": ("refused", "differs"), "never": ("refused", "differs"), "golden": ()}
    wrong = []
    for name, case in corpus.cases.items():
        marker = case.engines[engine].marker
        seen = corpus.results.cases.get(name, {}).get(engine)
        if seen is None or seen.word not in words[marker]:
            wrong.append(f"{name} is marked {marker} and {seen.word if seen else 'was not run'}")
    assert not wrong, "\n".join([*wrong, RENEW])
    assert corpus.results.cases.keys() - corpus.cases.keys() == set(), RENEW


@pytest.mark.parametrize("name", TITLES)
@pytest.mark.parametrize("feature", FEATURES)
def test_a_row_of_a_support_table_is_backed_by_a_case(feature: str, name: str) -> None:
    corpus = read_corpus()
    level = corpus.backends[name].support()[feature].level
    if feature in UNPROVABLE:
        return
    if level != "no":
        assert corpus.agreeing(name, feature), f"no case that uses `{feature}` agrees on {name}"
    elif name != "local":
        place = "/triggers/0" if "triggers" in EXAMPLES[feature] else "/tasks/0"
        places = [gap.pointer for gap in exported(name, feature).gaps if gap.severity == "error"]
        assert places, f"`{feature}` is exported to {name}"
        assert all(each.startswith(place) for each in places), f"`{feature}` is refused at {places}"


def exported(name: str, feature: str) -> Export:
    verdict = check(read(HEAD + EXAMPLES[feature], "asked_for.flow.yaml"), {}.get)
    assert verdict.checked is not None, [each.message for each in verdict.diagnostics]
    return load_backend(name).export(plan(verdict.checked), {})
