"""What is read the short way is what the exact reader reads: the same data, the same places, and nothing refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from overture.language.document import MAX_DEPTH, MAX_VALUES, Document
from overture.language.json_text import parse_json
from overture.language.plain_json import plain_json
from overture.language.plain_yaml import plain_yaml
from overture.language.workflow import Json
from overture.language.writing import write_data
from overture.language.yaml_text import parse_yaml

from .generation import documents, whole_workflows

FILES = [
    each
    for each in sorted((Path(__file__).parents[1] / "cases").glob("*/*.flow.yaml"))
    if each.name != "literal_texts.flow.yaml"  # holds what nobody writes: it takes the long way
]
PARTS = [
    *("a", "b", "a: ", "b: ", "- ", "? ", ": ", "  ", "\n", "\n  ", "\n- ", "\n    ", "\r\n", "\t", "---\n", "...\n"),
    *("[", "]", "{", "}", ", ", '"', "'", "|\n  ", ">-\n  ", "|2+\n", "# c\n", "&", "&a ", "*a", "!", "!a ", "!!str "),
    *("<<: ", "<<", "%YAML 1.2\n", "%YAML 1.1\n", "%TAG ! a\n", "null", "~", "true", "1", "2.0", "-0", "1e9", "0x1f"),
    *("1e999", ".nan", "9223372036854775808", "é", "🎉", "a b", '"\\n"', "''", '"a"', "::", "@", "`", "a&b", "a*b"),
]
JSON_PARTS = [
    *("{", "}", "[", "]", ",", ":", " ", "\n", "\t", '"', '"a"', '"b"', '"a": ', '"b": ', '""', '"a/~"', '"\\u00e9"'),
    *('"\\ud83c\\udf89"', '"\\ud83c"', '"\\\\ud83c"', "\\", "\\n", "true", "false", "null", "NaN", "-Infinity", "0"),
    *("-0", "-0.0", "2.0", "01", "1.", "1e5", "1e999", "9223372036854775807", "9223372036854775808", "é", "🎉", "\x01"),
    *("{}", "[]", '{"a": 1}', "[1, 2]", ",,", "//", "#", "\ufeff", "\u00a0", "\x0b"),
]


def same(plain: Document | None, exact: Document, fresh: Callable[[], Document | None]) -> None:
    """Holds a document that was read the short way against the exact reading; `fresh` reads it the short way again."""
    if plain is None:
        return
    assert not exact.findings
    assert json.dumps(plain.data) == json.dumps(exact.data)
    for pointer, place in exact.places.items():
        again = fresh()  # each place asked for by itself
        assert again is not None
        assert again.places[pointer] == place
    for pointer in ("a", "/zz", "/a/zz/0", "//", "/tasks/99"):
        assert (pointer in plain.places) == (pointer in exact.places)
    assert list(plain.places.items()) == list(exact.places.items())
    assert len(plain.places) == len(exact.places)


@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join))
@example("a: &a 1")
@example("a: [&a 1]")
@example('{"a":&a 1}')
@example("[?&a b]")
@example("&a\na: 1")
@example("a: ! [b]")
@example("a: ! 1")
@example("? |\n  a\n: b")
@example("a: |\n  x\n\n\nb:\n  - >-\n   y\n\n")
@example("a:\n- b:\nc:\n- [d, {e: f}]\n- - g\n  -\n")
@example("{a, b: , ? c}")
def test_yaml_is_read_the_short_way_only_when_it_says_the_same(text: str) -> None:
    for each in (text, f"a:\n  {text}", f"{{{text}}}"):
        same(plain_yaml(each), parse_yaml(each), lambda each=each: plain_yaml(each))  # type: ignore[misc]


@given(st.lists(st.sampled_from(JSON_PARTS), max_size=12).map("".join))
@example('"a/~": {"~0": [1, {"b": 2}, []]}, "": {"": ""}')
@example('"a": 1, "\\u0061": 2')
@example('"a": {"b": 1, "b": 1}')
def test_json_is_read_the_short_way_only_when_it_says_the_same(text: str) -> None:
    for each in (text, f"{{{text}}}", f' {{"a": [{text}]}} '):
        same(plain_json(each), parse_json(each), lambda each=each: plain_json(each))  # type: ignore[misc]


@whole_workflows
@given(documents())
def test_whole_documents_say_the_same_both_ways(data: dict[str, Json]) -> None:
    for text in (json.dumps(data), json.dumps(data, indent=1, ensure_ascii=False)):
        plain = plain_json(text)
        assert plain is not None
        same(plain, parse_json(text), lambda plain=plain: plain)  # type: ignore[misc]
    text = write_data(data)
    plain = plain_yaml(text)
    same(plain, parse_yaml(text), lambda: plain)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_real_workflows_are_read_the_short_way(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    plain = plain_yaml(text)
    assert plain is not None
    same(plain, parse_yaml(text), lambda: plain)
    again = json.dumps(plain.data, indent=2)
    found = plain_json(again)
    assert found is not None
    same(found, parse_json(again), lambda: found)


@pytest.mark.parametrize(
    "text",
    [
        "{a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}",
        "a: " + "- " * MAX_DEPTH + "b",
        "a:\n" + "".join(f"{' ' * depth}- b:\n" for depth in range(MAX_DEPTH)),
        "a: " + "[" * 100_000,
        "{a: [" + "b, " * MAX_VALUES + "]}",
    ],
    ids=["flow", "dashes", "lines", "unclosed", "values"],
)
def test_what_is_too_deep_or_too_much_is_not_read_the_short_way(text: str) -> None:
    assert plain_yaml(text) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"a": ' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}",
        '{"a": ' * 100_000,
        '{"a": [' + "0," * MAX_VALUES + "0]}",
        '{"a": ' + "9" * 5000 + "}",
    ],
    ids=["deep", "unclosed", "values", "digits"],
)
def test_json_that_is_too_deep_or_too_much_is_not_read_the_short_way(text: str) -> None:
    assert plain_json(text) is None


def test_as_deep_as_may_be_is_read_the_short_way() -> None:
    depth = MAX_DEPTH - 1
    inner = "[" * depth + "]" * depth
    for plain, exact in (
        (plain_json(f'{{"a": {inner}}}'), parse_json(f'{{"a": {inner}}}')),
        (plain_yaml(f"a: {inner}"), parse_yaml(f"a: {inner}")),
    ):
        assert plain is not None
        same(plain, exact, lambda plain=plain: plain)  # type: ignore[misc]


def test_a_place_deep_in_a_large_document_is_found_without_going_through_it_again_and_again() -> None:
    depth = MAX_DEPTH - 2
    text = '{"a": ' + "[" * depth + json.dumps(["b"] * 1000) + "]" * depth + "}"
    plain = plain_json(text)
    assert plain is not None
    pointer = "/a" + "/0" * depth + "/999"
    assert plain.places[pointer] == parse_json(text).places[pointer]
