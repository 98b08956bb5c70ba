"""The checker is silent about what is right: false alarms are counted over all sound workflows that there are."""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from overture.language.reading import read

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / folder) for folder in ("mutants", "valid", "generated")]

from explained import EXPLAINED  # noqa: E402
from generated_workflows import workflow  # noqa: E402
from mutation.bases import Base, base, bases, in_folder, named, of_pages  # noqa: E402
from mutation.operators.planted import ROWS, planted  # noqa: E402

GENERATED = 500
"""Workflows of the generator, which makes sound ones of a number."""

COMPOSED = 300
"""Sound workflows of the repository with a few more sound tasks put in where chance will."""

WITHOUT_PURPOSE = ("generated",)
"""Where warnings are listed but not counted: a random condition compares what can never be equal, a random task has a
result that nobody reads, and saying so is right. Errors count everywhere."""


IN_ORDER = [row for row in ROWS if not any("needs" in task for task in row.tasks)]
"""Rows that may stand between any two tasks: what begins anew with `needs` takes those after it out of their order."""


def generated() -> Iterator[Base]:
    for seed in range(GENERATED):
        made = workflow(random.Random(seed), outside=0.3)
        callees = named([read(json.dumps(each), "callee.flow.json") for each in made.callees])
        yield base(f"generated/{seed}", read(json.dumps(made.document), "generated.flow.json"), callees)


def composed() -> Iterator[Base]:
    sound = [each for each in bases() if not any(finding.severity == "warning" for finding in each.as_json)]
    for seed in range(COMPOSED):
        rng = random.Random(seed)
        taken = rng.choice(sound)
        document = taken.reading.data
        for turn, row in enumerate(rng.sample(IN_ORDER, 3)):
            document = planted(document, rng, row, turn)
        yield base(f"composed/{seed}", read(json.dumps(document), "composed.flow.json"), taken.beside)


def workflows() -> Iterator[Base]:
    yield from in_folder(TESTS / "cases", "cases")
    yield from in_folder(TESTS / "valid", "valid")
    yield from of_pages()
    yield from composed()
    yield from generated()
    if more := os.environ.get("OVERTURE_MORE_WORKFLOWS"):
        yield from in_folder(Path(more), "more")


@pytest.mark.deep
def test_false_alarms_are_rare() -> None:
    rows: dict[str, Counter[str]] = {}
    rules: Counter[str] = Counter()
    unexplained: list[str] = []
    for each in workflows():
        source = each.name.split("/")[0]
        row = rows.setdefault(source, Counter())
        told = [finding for finding in each.findings if finding.severity != "info"]
        if source in WITHOUT_PURPOSE:
            rules.update(finding.rule for finding in told if finding.severity == "warning")
            told = [finding for finding in told if finding.severity == "error"]
        row.update(("workflows", *{finding.severity for finding in told}))
        for finding in told:
            why = EXPLAINED.get((each.name, finding.rule))
            print(f"{each.name}:{finding.at.line}: {finding.severity} {finding.rule}: {finding.message}")
            print(f"    {why or 'not explained'}")
            unexplained += [each.name] if why is None else []
    total = sum(rows.values(), Counter())
    purposeful = sum((row for source, row in rows.items() if source not in WITHOUT_PURPOSE), Counter())
    print(f"\n{'from':12}{'workflows':>10}{'errors':>8}{'warnings':>10}")
    for name, row in (*rows.items(), ("all", total)):
        warned = "-" if name in WITHOUT_PURPOSE else row["warning"]
        print(f"{name:12}{row['workflows']:10}{row['error']:8}{warned:>10}")
    print("warnings about what chance wrote:", ", ".join(f"{rule} {count}" for rule, count in rules.most_common()))
    assert total["workflows"] >= 500
    assert total["error"] <= total["workflows"] * 0.01
    assert purposeful["warning"] <= purposeful["workflows"] * 0.05
    assert unexplained == []
