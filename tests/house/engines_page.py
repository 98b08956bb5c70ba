"""`docs/engines.md`, made from the support tables of the backends and from what `make engines` saw."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from engines.results import Outcome, Results, load_results

from overture.cli.loading import load
from overture.language.tasks import KINDS
from overture.plan.backend import Backend, Support, backend_names, load_backend
from overture.plan.build import plan
from overture.plan.features import ASPECTS, used_features
from overture.testing import Case, find_cases, load_case

PAGE = Path(__file__).parents[2] / "docs" / "engines.md"
CASES = Path(__file__).parents[1] / "cases"
TITLES = {"local": "local", "kestra": "Kestra", "prefect": "Prefect"}
STARTS = ("schedule", "webhook", "after")
"""Features that a case uses only when its run was started so."""

INTRODUCTION = """\
# What each engine does

One workflow means one thing: `tests/cases/` says what, and each case is run on the local executor, on a real Kestra and
on a real Prefect, and held to the end state, the state and the attempts of every task, the outputs with their JSON
types, the requests, mails, model calls and log lines in order, the files, what is remembered, and that no secret stands
anywhere. What an engine cannot do is refused by name at its place in the source; what it does with a difference is a
warning of `overture export` there, and stands below.

Both engines are real. One thing is not: Kestra's script plugin is not in the registry of its modules, so the tests
bring a stand-in for `shell.Commands` over Kestra's own `script` module.

This page is written by `make docs` from the support tables (`overture backends`) and from
[what `make engines` saw](../tests/engines/results.json).
"""


@dataclass(frozen=True)
class Corpus:
    """The cases, the features that each uses, and what was seen of them."""

    cases: Mapping[str, Case]
    features: Mapping[str, frozenset[str]]
    results: Results
    backends: Mapping[str, Backend]

    def outcomes(self, engine: str) -> dict[str, Outcome]:
        """By case; of the local executor, whose test takes every case that it has the kinds for, too."""
        if engine != "local":
            return {name: row[engine] for name, row in self.results.cases.items() if engine in row}
        rows = self.backends["local"].support()
        lacking = {feature for feature, support in rows.items() if support.level == "no"}
        return {
            name: Outcome("refused", f"no {', '.join(sorted(used & lacking))}") if used & lacking else Outcome("agrees")
            for name, used in self.features.items()
        }

    def agreeing(self, engine: str, feature: str) -> list[str]:
        """The cases that use a feature and agree on an engine."""
        return [
            name
            for name, outcome in self.outcomes(engine).items()
            if outcome.word == "agrees" and feature in self.features.get(name, ())
        ]


@cache
def read_corpus() -> Corpus:
    cases = {folder.name: load_case(folder) for folder in find_cases(CASES)}
    backends = {name: load_backend(name) for name in TITLES if name in backend_names()}
    return Corpus(cases, {name: features_of(case) for name, case in cases.items()}, load_results(), backends)


def features_of(case: Case) -> frozenset[str]:
    """What the workflow of a case uses, of the ways to start the one that this run was started by."""
    checked = load(str(case.workflow)).verdict.checked
    if checked is None:
        raise ValueError(f"the workflow of `{case.name}` is not sound")
    started_by = None if case.trigger is None else case.trigger["type"]
    return frozenset(each for each in used_features(plan(checked)) if each not in STARTS or each == started_by)


def page(corpus: Corpus) -> str:
    """The text of the page."""
    kinds = {kind: f"`{kind}`" for kind in KINDS}
    aspects = {name: f"`{name}`: {meaning}" for name, meaning in ASPECTS.items()}
    parts = [
        INTRODUCTION,
        "## The cases\n",
        *counts(corpus),
        "\n## Kinds of task\n",
        "In parentheses: the cases that use it and agree.\n",
        *support_table(corpus, "kind", kinds),
        "\n## Everything else\n",
        *support_table(corpus, "feature", aspects),
        "\n## What differs, and why\n",
        *notes(corpus),
        "\n## Cases that an engine is not held to\n",
        *exceptions(corpus),
        "\n## What an engine shows nothing of\n",
        *untold(corpus),
    ]
    return "\n".join(parts) + "\n"


def counts(corpus: Corpus) -> Iterator[str]:
    titles = [
        TITLES[name] + (f" {corpus.results.versions[name]}" if name in corpus.results.versions else "")
        for name in corpus.backends
    ]
    yield "| | " + " | ".join(titles) + " |"
    yield "|---|" + "---:|" * len(titles)
    words = {"agrees": "run and agree", "refused": "refused by name", "differs": "run and differ, marked with a reason"}
    for word, said in words.items():
        yield _row(
            said, (sum(each.word == word for each in corpus.outcomes(name).values()) for name in corpus.backends)
        )
    yield _row("all", (len(corpus.outcomes(name)) for name in corpus.backends))


def support_table(corpus: Corpus, title: str, features: Mapping[str, str]) -> Iterator[str]:
    yield f"| {title} | " + " | ".join(TITLES[name] for name in corpus.backends) + " |"
    yield "|---|" + "---|" * len(corpus.backends)
    for feature, said in features.items():
        yield _row(said, (_level(corpus, name, feature) for name in corpus.backends))


def _level(corpus: Corpus, name: str, feature: str) -> str:
    level = corpus.backends[name].support().get(feature, Support("no")).level
    count = len(corpus.agreeing(name, feature))
    return f"{level} ({count})" if count else level


def notes(corpus: Corpus) -> Iterator[str]:
    for name, backend in corpus.backends.items():
        yield f"### {TITLES[name]}\n"
        rows = [(feature, row) for feature, row in backend.support().items() if row.note]
        yield from (f"- `{feature}` ({row.level}): {row.note}" for feature, row in rows)
        yield ""


def exceptions(corpus: Corpus) -> Iterator[str]:
    verbs = {"refused": "is refused", "differs": "differs"}
    found = [
        f"- [{case}](../tests/cases/{case}) on {TITLES[name]} {verbs[outcome.word]}: {outcome.reason}"
        for name in corpus.backends
        if name != "local"
        for case, outcome in corpus.outcomes(name).items()
        if outcome.word in verbs
    ]
    yield from found or ["None."]


def untold(corpus: Corpus) -> Iterator[str]:
    """The statements of cases that were not compared, by engine."""
    for name in corpus.backends:
        found: dict[str, list[str]] = {}
        for case, outcome in corpus.outcomes(name).items():
            for statement in outcome.untold:
                found.setdefault(statement.partition(".")[0], []).append(case)
        for statement, cases in sorted(found.items()):
            places = sorted(set(cases))
            yield f"- {TITLES[name]}, {WORDS.get(statement, statement)}: {len(places)} case{'s' * (len(places) > 1)}"
    yield ""


WORDS = {"tasks": "the state of a block", "error": "the error's type or task"}


def _row(first: str, cells: Sequence[object] | Iterator[object]) -> str:
    return f"| {first} | " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(read_corpus()), encoding="utf-8")
