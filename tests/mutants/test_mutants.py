"""The checker finds the mistakes that people and models make: each operator puts one into sound workflows."""

from __future__ import annotations

from collections import Counter
from random import Random

import mutation.operators  # noqa: F401  enters the operators
import pytest
from mutation.bases import bases
from mutation.killing import Row, Verdict, judged, table, tried
from mutation.operator import OPERATORS

SEED = 20260
MOST = 40
"""Mutants of one operator in a deep run."""


def printed(rows: dict[str, Row]) -> str:
    lines = [f"{'operator':58}{'mutants':>8}{'killed':>8}{'rate':>8}{'equivalent':>12}"]
    for name, row in sorted(rows.items()):
        lines.append(f"{name:58}{row.mutants:8}{row.killed:8}{row.rate:8.1%}{row.equivalent:12}")
    mutants, killed = (sum(getattr(row, key) for row in rows.values()) for key in ("mutants", "killed"))
    equivalent = sum(row.equivalent for row in rows.values())
    lines.append(f"{f'all {len(rows)}':58}{mutants:8}{killed:8}{killed / mutants:8.1%}{equivalent:12}")
    return "\n".join(lines)


def survivors(rows: dict[str, Row]) -> str:
    lines = []
    for name, row in rows.items():
        for each in row.survivors:
            lines.append(f"{name} in {each.base.name} at {', '.join(each.mutant.places)}")
            lines += [f"    {f.severity} {f.rule} at {f.at.pointer}: {f.message}" for f in each.fresh]
    return "\n".join(lines)


def test_every_operator_has_a_name_and_rules_of_its_own() -> None:
    assert len({each.name for each in OPERATORS}) == len(OPERATORS) >= 45
    assert all(each.wakes for each in OPERATORS)


def test_a_sample_of_mutants_is_killed() -> None:
    rows = table(tried(OPERATORS, bases(), seed=1, most=2))
    mutants, killed = sum(row.mutants for row in rows.values()), sum(row.killed for row in rows.values())
    assert mutants > len(OPERATORS)
    assert killed / mutants >= 0.95, survivors(rows)


def test_the_base_itself_wakes_nothing() -> None:
    """The measure can tell a mutant from its base: a document with no mistake in it is killed by no operator."""
    for base in bases()[::9]:
        for operator in OPERATORS[::20]:
            for mutant in operator.mutants(base.reading.data, Random(0), 1):
                unharmed = type(mutant)(base.reading.data, mutant.places)
                assert not judged(operator, base, unharmed).is_killed


@pytest.mark.deep
def test_nearly_all_mutants_are_killed() -> None:
    verdicts = list(tried(OPERATORS, bases(), SEED, MOST))
    rows = table(verdicts)
    print("\n" + printed(rows))
    judged_ones = [each for each in verdicts if isinstance(each, Verdict)]
    several = [each for each in judged_ones if each.errors > 1]
    of_several_rules = Counter(
        " ".join(sorted({f.rule for f in each.fresh if f.severity == "error"}))
        for each in several
        if len({f.rule for f in each.fresh if f.severity == "error"}) > 1
    )
    print(f"\n{len(several)} of {len(judged_ones)} mutants are told by more than one error (a name has many readers),")
    print(f"{of_several_rules.total()} by errors of more than one rule:")
    for rules, count in of_several_rules.most_common():
        print(f"{count:6} {rules}")
    alarms = Counter((each.operator.name, found.rule, found.message) for each in judged_ones for found in each.alarms)
    print(f"\n{alarms.total()} alarms about what was sound before the mistake was put in")
    for (operator, rule, message), count in alarms.most_common(20):
        print(f"{count:6} {operator}: {rule}: {message}")
    print("\nsurvivors:\n" + survivors(rows))
    mutants, killed = sum(row.mutants for row in rows.values()), sum(row.killed for row in rows.values())
    assert {each.name for each in OPERATORS} == set(rows), "an operator made no mutant"
    assert mutants >= 2000
    assert killed / mutants >= 0.98
    assert {name: row.rate for name, row in rows.items() if row.mutants and row.rate < 0.9} == {}
    assert alarms.total() <= mutants // 100
