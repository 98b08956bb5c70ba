"""Whatever a file holds, Overture says what is wrong with it: no crash, in seconds, in bounded memory."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import pytest
from enduring import MOST_SECONDS, Endured, Job, bounded, document, endure, expression_text
from hypothesis import given
from hypothesis import strategies as st
from mutating import STRINGS

from overture.language.formatting import format_text
from overture.language.reading import read
from overture.language.writing import write_data

_TEXTS = {"expressions": 128_000, "bytes": 50_000, "mangled": 12_000, "mutated": 10_000}
_SLICE = 1_000
_SMALL = 150_000  # characters of a text that is not left to the deep run
_HEAD = "overture: 1\nname: example\ntasks:\n"


@pytest.mark.parametrize(("what", "count"), [("expressions", 300), ("bytes", 100), ("mangled", 25), ("mutated", 25)])
def test_some_hostile_texts_are_endured(what: str, count: int) -> None:
    endured = endure((what, 0, count))
    assert endured.crashes == []
    assert endured.count == count


@given(st.text(max_size=60), st.sampled_from([None, 1, "a", [1], {"a": None}]))
def test_any_text_is_an_expression_or_none(text: str, value: Any) -> None:
    assert expression_text(text, value) in ("a value", "no value", "no expression")


@pytest.mark.deep
def test_two_hundred_thousand_hostile_texts_are_endured() -> None:
    jobs: list[Job] = [
        (what, first, first + _SLICE) for what, count in _TEXTS.items() for first in range(0, count, _SLICE)
    ]
    totals = {what: Endured() for what in _TEXTS}
    with multiprocessing.get_context("spawn").Pool(min(os.cpu_count() or 1, 4), bounded) as pool:
        for job, endured in zip(jobs, pool.imap(endure, jobs), strict=True):
            totals[job[0]].add(endured)
    for what, total in totals.items():
        print(f"\n{what}: {total.count} texts, {dict(total.ends)}, {len(total.crashes)} crashes; slowest")
        for seconds, shown in total.slowest[:3]:
            print(f"  {seconds:.2f} s {shown[:120]}")
    crashes = [crash for total in totals.values() for crash in total.crashes]
    assert crashes == []
    assert sum(total.count for total in totals.values()) >= 200_000
    assert [each for total in totals.values() for each in total.slowest if each[0] > MOST_SECONDS] == []


def _task(text: str) -> str:
    return json.dumps({"overture": 1, "name": "example", "tasks": [{"id": "a", "kind": "log", "message": text}]})


def _many(count: int, **more: Any) -> str:
    tasks = [{"id": f"t{number}", "kind": "log", "message": "a", **more} for number in range(count)]
    return json.dumps({"overture": 1, "name": "example", "tasks": tasks})


def _schema(schema: Any) -> str:
    task = {"id": "a", "kind": "python", "code": "def main(): return 1", "returns": schema}
    reader = {"id": "b", "kind": "log", "message": "{{ tasks.a.value.a0.a }} {{ tasks.a.value | tojson }}"}
    return json.dumps({"overture": 1, "name": "example", "tasks": [task, reader]})


def _nested(depth: int) -> Any:
    found: Any = {"type": "string"}
    for _ in range(depth):
        found = {"type": "object", "properties": {"a": found, "b": {"type": "array", "items": {"enum": [1]}}}}
    return found


HOSTILE = {
    "brackets": "[" * 200_000,
    "braces in yaml": "a: " + "{a: " * 50_000,
    "dashes": "- " * 200_000,
    "indentation": "\n".join(" " * depth + "a:" for depth in range(3_000)),
    "a long line": _HEAD + "  - {id: a, kind: log, message: '" + "x" * 4_000_000 + "'}\n",
    "a long number": '{"overture": ' + "9" * 1_000_000 + "}",
    "a long fraction": '{"overture": 1.' + "1" * 1_000_000 + "e-400}",
    "a high power": '{"overture": 1e999999999}',
    "a long key": '{"' + "k" * 2_000_000 + '": 1}',
    "equal keys": "{" + ", ".join(['"name": "a"'] * 100_000) + "}",
    "equal keys in yaml": "name: a\n" * 20_000,
    "equal ids": json.dumps(
        {"overture": 1, "name": "a", "tasks": [{"id": "a", "kind": "log", "message": "b"}] * 10_000}
    ),
    "unknown keys": json.dumps({f"key{number}": number for number in range(30_000)}),
    "unknown needs": _many(2_000, needs=[f"u{number}" for number in range(20)]),
    "all need all before": json.dumps(
        {
            "overture": 1,
            "name": "example",
            "tasks": [
                {"id": f"t{n}", "kind": "log", "message": "a", "needs": [f"t{m}" for m in range(n)]} for n in range(500)
            ],
        }
    ),
    "a ring of thousands": json.dumps(
        {
            "overture": 1,
            "name": "example",
            "tasks": [
                {"id": f"t{n}", "kind": "log", "message": "a", "needs": [f"t{(n + 1) % 5000}"]} for n in range(5000)
            ],
        }
    ),
    "a mistake in each of thousands": _many(5_000, message="{{ inputs.nothing + }}"),
    "an unknown name in each of thousands": _many(5_000, message="{{ inputs.nothing }}"),
    "brackets in an expression": _task("{{ " + "(" * 50_000 + "1" + ")" * 50_000 + " }}"),
    "nots": _task("{{ " + "not " * 50_000 + "true }}"),
    "a long sum": _task("{{ " + "1 + " * 50_000 + "1 }}"),
    "a long chain of filters": _task("{{ 'a'" + " | upper" * 20_000 + " }}"),
    "a long path": _task("{{ run.id" + ".a" * 20_000 + " }}"),
    "a long list": _task("{{ [" + "1, " * 20_000 + "1] | length }}"),
    "many templates": _task("{{ run.id }}" * 50_000),
    "braces never closed": _task("{{ '" * 50_000),
    "a tower of powers": _task("{{ 9 ** 9 ** 9 ** 9 ** 9 }}"),
    "a long product": _task("{{ ('a' * 9) ~ " + "'aaaaaaaaaa' ~ " * 10_000 + "'a' }}"),
    "a pattern that explodes": _task("{{ 'a" + "a" * 5_000 + "' | matches('(a+)+(a|aa)*(a*)*$b') }}"),
    "a pattern that is large": _task("{{ run.id | matches('" + "(a{1,999}){1,999}" * 50 + "') }}"),
    "a pattern of alternatives": _task("{{ run.id | matches('" + "|".join(["a*b"] * 20_000) + "') }}"),
    "a wide schema": _schema({"type": "object", "properties": {f"a{n}": {"type": "string"} for n in range(20_000)}}),
    "a deep schema": _schema(_nested(30)),
    "wide alternatives": _schema({"enum": [{"a0": {"a": number}} for number in range(8_000)]}),
    "a pattern in a schema": _schema({"type": "string", "pattern": "(a+)+" * 500 + "$"}),
    "a schema that asks for much": _schema({"type": "array", "minItems": 2**62, "maxItems": 1, "items": {"enum": []}}),
    "code that nests": json.dumps(
        {
            "overture": 1,
            "name": "example",
            "tasks": [{"id": "a", "kind": "python", "code": "def main(): return " + "(" * 5_000 + ")" * 5_000}],
        }
    ),
    "code that goes on": json.dumps(
        {
            "overture": 1,
            "name": "example",
            "tasks": [{"id": "a", "kind": "python", "code": "def main(): return " + "-" * 100_000 + "1"}],
        }
    ),
    "comments": "# a\n" * 200_000,
    "documents": "---\na: 1\n" * 20_000,
    "anchors": "a: &a [x]\nb: " + "[*a]" * 10_000,
    "nothing but new lines": "\n" * 1_000_000,
    "carriage returns": "a: b\r" * 40_000,
}


@pytest.mark.parametrize("name", [name for name, text in HOSTILE.items() if len(text) < _SMALL])
def test_a_hostile_document_is_endured(name: str) -> None:
    text = HOSTILE[name]
    assert document(text, "hostile.flow.yaml", formats=len(text) < 20_000)


@pytest.mark.deep
def test_no_hostile_document_takes_two_seconds() -> None:
    document(_task("what is imported on the way is no matter of the text"), "first.flow.yaml")
    taken: dict[str, float] = {}
    for name, text in HOSTILE.items():
        started = time.process_time()
        document(text, "hostile.flow.yaml", formats=False)
        taken[name] = time.process_time() - started
    for name, seconds in sorted(taken.items(), key=lambda each: -each[1])[:5]:
        print(f"\n{name}: {seconds:.2f} s", end="")
    assert {name: seconds for name, seconds in taken.items() if seconds > MOST_SECONDS} == {}


# Strings of all sorts in every place of a document that holds one

_CASE = Path(__file__).parents[1] / "cases"
_HOLDERS = ("nightly_report", "issue_triage", "release_aftermath", "order_routing")


def _documents() -> list[Any]:
    found = []
    for name in _HOLDERS:
        for path in sorted((_CASE / name).glob("*.flow.yaml")):
            found.append(read(path.read_text("utf-8"), path.name).data)
    return found


def _places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(data, str):
        return [path]
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [place for key, inner in items for place in _places(inner, (*path, key))]


def _with(data: Any, place: tuple[Any, ...], text: str) -> Any:
    changed = json.loads(json.dumps(data))
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = text
    return changed


def _is_kept(data: Any) -> None:
    """A document is read as it was written, as JSON and as YAML, before it is formatted and after."""
    text = json.dumps(data, ensure_ascii=False)
    assert document(text, "kept.flow.json", formats=False)
    reading = read(text, "kept.flow.json")
    assert reading.data == data
    written = write_data(data)
    again = read(written, "kept.flow.yaml")
    if again.data is None:  # characters that YAML does not have
        assert any(each.severity == "error" for each in again.diagnostics)
        return
    assert again.data == data
    if again.workflow is not None:
        assert read(format_text(written, "kept.flow.yaml"), "kept.flow.yaml").data == data


def test_a_string_stays_what_it_is_in_every_place() -> None:
    data = _documents()[0]
    places = _places(data)
    for number, place in enumerate(places):
        _is_kept(_with(data, place, STRINGS[number % len(STRINGS)]))


@pytest.mark.deep
def test_all_strings_stay_what_they_are_in_every_place() -> None:
    """`OVERTURE_STRINGS` names a JSON file with a list of further strings."""
    further = os.environ.get("OVERTURE_STRINGS")
    texts = [*STRINGS, *(json.loads(Path(further).read_text("utf-8")) if further else ())]
    count, stride = 0, max(1, len(texts) // 10)  # of all texts about ten a place, of all places each text in many
    for data in _documents():
        for place in _places(data):
            for text in texts[count % stride :: stride]:
                _is_kept(_with(data, place, text))
                count += 1
    print(f"\n{len(texts)} strings, {count} documents")
    assert count > 1000
