"""What `check` accepts does not fail as it claims that it cannot (boundary.py): by running generated workflows."""

from __future__ import annotations

import json
import multiprocessing
import os
import random

import pytest
from boundary import judge
from generated_workflows import Generated, Mode, workflow
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from soundness_running import Job, Tally, checked, done, soundness

_WILD, _SOUND, _OUTSIDE = 4400, 600, 200  # workflows; those outside ask a server or start a process now and then
_SLICE = 100


@pytest.mark.parametrize(("mode", "outside"), [("wild", 0.0), ("sound", 0.0), ("wild", 0.2)])
def test_some_generated_workflows_run_as_the_checker_says(mode: Mode, outside: float) -> None:
    tally = soundness(range(10 if outside else 45), mode, runs=1, outside=outside)
    assert tally.runs >= 3
    assert [str(each) for each in tally.found] == []


@pytest.mark.deep
def test_five_thousand_runs_give_no_counterexample() -> None:
    jobs: list[Job] = [(first, first + _SLICE, "wild", 0.0) for first in range(0, _WILD, _SLICE)]
    jobs += [(first, first + _SLICE, "sound", 0.0) for first in range(0, _SOUND, _SLICE)]
    jobs += [(first, first + _SLICE, "wild", 0.1) for first in range(_WILD, _WILD + _OUTSIDE, _SLICE)]
    tallies: dict[str, Tally] = {"wild": Tally(), "sound": Tally()}
    with multiprocessing.get_context("spawn").Pool(min(os.cpu_count() or 1, 4)) as pool:
        for job, tally in zip(jobs, pool.imap(done, jobs), strict=True):
            tallies[job[2]].add(tally)
    for mode, tally in tallies.items():
        print(f"\n{mode}: {tally}\n  findings: {dict(tally.findings.most_common())}")
    for line in tallies["sound"].told:
        print(f"  to judge: {line}")
    found = [str(each) for tally in tallies.values() for each in tally.found]
    assert found == []
    assert sum(tally.runs for tally in tallies.values()) >= 5000
    assert tallies["wild"].accepted >= 0.3 * tallies["wild"].generated


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.randoms(use_true_random=False))
def test_a_workflow_that_is_right_by_construction_has_no_error(rng: random.Random) -> None:
    verdict, _ = checked(workflow(rng, "sound"))
    assert [each.message for each in verdict.diagnostics if each.severity == "error"] == []


def test_a_seed_gives_the_same_workflow_again() -> None:
    one, other = (workflow(random.Random("a seed"), "wild", outside=0.2) for _ in range(2))
    assert json.dumps(one.document) == json.dumps(other.document)
    assert json.dumps(one.document) != json.dumps(workflow(random.Random("another"), "wild").document)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("`x` is no integer", "data"),
        ("division by zero", "data"),
        ("`n` of `date_add` is an integer, not a number", "data"),
        ("`n` of `date_add` is an integer, not a text", "counterexample"),
        ("`inputs.rows` has no key `a`", "counterexample"),
        ("`+` takes two numbers, not a text and null", "counterexample"),
        ("a condition is true or false, not null", "counterexample"),
    ],
)
def test_the_boundary_lies_between_what_a_value_is_and_what_its_type_is(message: str, said: str) -> None:
    verdict, analyses = checked(workflow(random.Random(0), "sound"))
    error = {"task": None, "type": "expression", "message": message}
    assert judge(error, analyses["generated"], verdict.diagnostics) == said
    assert judge({**error, "type": "fail"}, analyses["generated"], verdict.diagnostics) == "none of ours"
    crash = {**error, "type": "error", "message": "KeyError: 'a'"}
    assert judge(crash, analyses["generated"], verdict.diagnostics) == "counterexample"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("`tasks.made.value` has no key `a`", "unknown"),
        ("`+` takes two numbers, two texts or two lists, not null and a text", "unknown"),
        ("`upper` works on a text, not on null", "unknown"),
        ("`inputs.row` has no key `b`", "counterexample"),
        ("`lower` works on a text, not on null", "counterexample"),
        ("`-` takes two numbers, not a text and a text", "counterexample"),
    ],
)
def test_what_is_unknown_excuses_only_what_works_on_it(message: str, said: str) -> None:
    schema = {"type": "object", "properties": {"b": {"type": "string"}, "n": {"type": "integer"}}}
    document = {
        "overture": 1,
        "name": "example",
        "inputs": {"row": {**schema, "required": ["b", "n"], "additionalProperties": False}},
        "tasks": [
            {"id": "made", "kind": "python", "code": "def main(): return {}"},
            {
                "id": "tell",
                "kind": "log",
                "message": "{{ tasks.made.value.a + 'a' }} {{ tasks.made.value.b | upper }} "
                "{{ inputs.row.b | lower }} {{ inputs.row.n - 1 }}",
            },
        ],
    }
    verdict, analyses = checked(Generated(document))
    error = {"task": "tell", "type": "expression", "message": message}
    assert judge(error, analyses["example"], verdict.diagnostics) == said
