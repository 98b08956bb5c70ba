"""Documents of ten thousand tasks: no deep recursion, and no work that grows with the square of their number."""

from __future__ import annotations

import resource
import time

import pytest
from checking import HEAD, codes

from overture.checks import check
from overture.language.reading import read

MANY = 2000


def _tasks(*tasks: str) -> str:
    return "tasks:\n" + "".join(f"  - {{{each}}}\n" for each in tasks)


def _chain(count: int) -> str:
    first = "id: t0, kind: set, values: {v: 1}"
    others = (f"id: t{n}, kind: set, values: {{v: '{{{{ tasks.t{n - 1}.v + 1 }}}}'}}" for n in range(1, count))
    return _tasks(first, *others)


def _backwards(count: int) -> str:
    first = (
        f"id: t{n}, kind: set, values: {{v: '{{{{ tasks.t{n + 1}.v }}}}'}}, needs: [t{n + 1}]" for n in range(count)
    )
    return _tasks(*first, f"id: t{count}, kind: set, values: {{v: 1}}, needs: []")


def _wide(count: int) -> str:
    names = [f"t{n}" for n in range(count)]
    return _tasks(
        *(f"id: {name}, kind: log, message: a, needs: []" for name in names),
        f"id: join, kind: log, message: a, needs: [{', '.join(names)}]",
    )


def _asserts(count: int) -> str:
    asserts = (f"id: t{n}, kind: assert, that: [inputs.n > {n}]" for n in range(count))
    return "inputs: {n: {type: integer, default: 1}}\n" + _tasks(*asserts)


def _tainted(count: int) -> str:
    others = (
        f"id: t{n}, kind: set, values: {{v: '{{{{ tasks.t{n - 1}.v }}}}{{{{ tasks.t{n - 1}.v }}}}'}}"
        for n in range(1, count)
    )
    return _tasks(
        "id: t0, kind: set, values: {v: a}",
        *others,
        f"id: z, kind: write_file, path: '{{{{ tasks.t{count - 1}.v }}}}', content: a",
    )


def _diamonds(count: int) -> str:
    found = ["id: j0, kind: log, message: a"]
    for n in range(1, count // 3):
        found += [
            f"id: a{n}, kind: assert, that: [inputs.n != {2 * n}], needs: [j{n - 1}]",
            f"id: b{n}, kind: assert, that: [inputs.n != {2 * n + 1}], needs: [j{n - 1}]",
            f"id: j{n}, kind: log, message: a, needs: [a{n}, b{n}]",
        ]
    return "inputs: {n: {type: integer, default: 1}}\n" + _tasks(*found)


@pytest.mark.parametrize("make", [_chain, _backwards, _wide, _asserts, _tainted, _diamonds])
def test_a_long_document_is_sound(make: object) -> None:
    assert callable(make)
    assert codes(make(MANY)) == []


def test_time_grows_with_the_number_of_tasks_and_not_with_its_square() -> None:
    small, large = _used_seconds(_chain(MANY // 2)), _used_seconds(_chain(MANY * 2))
    assert large < 10 * small  # four times as many tasks: sixteen times as long would be the square


def _used_seconds(document: str) -> float:
    reading = read(HEAD + document, "long.flow.yaml")
    best = float("inf")
    for _ in range(2):
        started = _spent()
        check(reading)
        best = min(best, _spent() - started)
    return best


def _spent() -> float:
    """The processor's time of this process, in seconds: what else the machine does is no matter."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime or time.process_time()


def test_thousands_of_misspelt_names_are_told_in_seconds() -> None:
    tasks = (f"id: t{n}, kind: log, message: '{{{{ tasks.u{n}.v }}}}'" for n in range(MANY))
    started = _spent()
    assert set(codes(_tasks(*tasks))) == {"OV202"}
    assert _spent() - started < 30


@pytest.mark.parametrize(
    ("task", "code"),
    [
        ("kind: log, message: a, id: same", "OV201"),
        ("kind: log, message: a, id: t{n}, needs: [nobody{n}]", "OV402"),
        ("kind: log, message: '{{{{ inputs.nobody }}}}', id: t{n}", "OV203"),
        ("kind: log, message: '{{{{ inputs.nobody + }}}}', id: t{n}", "OV301"),
    ],
)
def test_of_one_rule_a_thousand_errors_are_told(task: str, code: str) -> None:
    found = codes("inputs: {}\n" + _tasks(*(task.format(n=n) for n in range(1_100))))
    assert found == [code] * 1_000


def test_warnings_are_all_told_as_an_error_may_follow() -> None:
    names = "inputs: {names: {type: array, items: {type: string}, default: []}}\n"
    warned = (f"id: t{n}, kind: log, message: '{{{{ inputs.names | first }}}}'" for n in range(1_100))
    assert codes(names + _tasks(*warned)) == ["OV210"] * 1_100
