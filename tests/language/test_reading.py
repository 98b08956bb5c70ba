"""What is no strict YAML or JSON is refused, quickly, with one clear finding at the exact place."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from overture.language.document import MAX_BYTES, MAX_DEPTH, MAX_FINDINGS, MAX_VALUES
from overture.language.reading import Reading, read, read_file

HELLO = "overture: 1\nname: greeter\ntasks:\n  - {id: hello, kind: log, message: Hello}\n"
HELLO_JSON = '{"overture": 1, "name": "greeter", "tasks": [{"id": "hello", "kind": "log", "message": "Hello"}]}'


_TEXTS = [
    "22:30",
    "no",
    "on",
    "Yes",
    "1_000",
    "2024-01-02",
    "0b1",
    "1e",
    "+",
    ".",
    "-",
    "1",
    "2",
    "0o8",
    "0xg",
    "NULLS",
    "~x",
    "12:30:45",
]


def codes(reading: Reading) -> list[str]:
    return [each.code for each in reading.diagnostics]


def only(text: str | bytes, path: str = "x.yaml") -> tuple[str, int, int, str]:
    """Code, line, column and message of the one finding."""
    reading = read(text, path)
    assert reading.workflow is None
    (found,) = reading.diagnostics
    return found.code, found.at.line, found.at.column, found.message


def data_of(text: str, path: str = "x.yaml") -> object:
    reading = read(text, path)
    assert not any(code.startswith("OV0") for code in codes(reading)), reading.diagnostics
    return reading.data


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (HELLO, "x.yaml"),
        (HELLO, "-"),
        (HELLO_JSON, "x.json"),
        (HELLO_JSON, "x.yaml"),
        (HELLO_JSON, "-"),
        ("\ufeff" + HELLO, "x.yaml"),
        ("\ufeff" + HELLO_JSON, "x.json"),
        (HELLO.replace("\n", "\r\n"), "x.yaml"),
        (HELLO.encode(), "x.yaml"),
        ("%YAML 1.2\n---\n" + HELLO + "...\n", "x.yaml"),
    ],
)
def test_a_workflow_reads_the_same_from_every_form(text: str | bytes, path: str) -> None:
    reading = read(text, path)
    assert reading.diagnostics == ()
    assert reading.workflow == read(HELLO, "x.yaml").workflow
    assert reading.workflow is not None
    assert reading.workflow.tasks[0].id == "hello"


def test_yaml_scalars_are_those_of_the_core_schema_of_1_2() -> None:
    text = """
texts: [22:30, no, on, Yes, 1_000, 2024-01-02, 0b1, 1e, +, ., -, "1", '2', 0o8, 0xg, NULLS, ~x, 12:30:45]
integers: [0, -1, +2, 017, 0o17, 0xFf, 2.0, 1e3, -0.0]
numbers: [1.5, -.5, 1., 6.02e-23, .5E+1]
words: [true, True, FALSE, null, ~, Null]
empty:
"""
    data = data_of(text)
    assert data == {
        "texts": _TEXTS,
        "integers": [0, -1, 2, 17, 15, 255, 2, 1000, 0],
        "numbers": [1.5, -0.5, 1, 6.02e-23, 5],
        "words": [True, True, False, None, None, None],
        "empty": None,
    }
    assert isinstance(data, dict)
    assert [type(each) for each in data["integers"]] == [int] * 9


def test_a_json_text_means_what_json_says() -> None:
    text = r'{"a": "\ud83c\udf89 \u00e9 \/ \b", "b": [1.0, -0, 2.5, 1e2, true, false, null], "": {"~/": []}}'
    assert data_of(text, "x.json") == {
        "a": "🎉 é / \b",
        "b": [1, 0, 2.5, 100, True, False, None],
        "": {"~/": []},
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("OV004", 1, 1)),
        (" \n# nothing\n", ("OV004", 1, 1)),
        ("---\n...\n", ("OV004", 1, 1)),
        ("a: b: c", ("OV002", 1, 5)),
        ("a:\n\tb: 1", ("OV002", 2, 1)),
        ("a: 1\n b: 2", ("OV002", 2, 3)),
        ("a: [1, 2\nb: 3", ("OV002", 1, 4)),
        ("a: {b: 1\n", ("OV002", 1, 4)),
        ("a: 'x\nb: 1\n", ("OV002", 1, 4)),
        ('a: "\\q"', ("OV002", 1, 5)),
        ("a: 'b' c", ("OV002", 1, 8)),
        ("a: @b", ("OV002", 1, 4)),
        ("%YAML 1.1\n---\na: 1", ("OV002", 1, 1)),
        ("a: 1\n---\nb: 2", ("OV002", 2, 1)),
        ("a: &x 1\nb: *x\nc: *x", ("OV006", 1, 4)),
        ("a: *x", ("OV006", 1, 4)),
        ("a: !!str 1", ("OV006", 1, 4)),
        ("a: !!python/object/apply:os.system [x]", ("OV006", 1, 4)),
        ("- !mine {}", ("OV006", 1, 3)),
        ("%TAG ! tag:x,2000:\n---\na: 1", ("OV006", 1, 1)),
        ("a: {<<: {b: 1}}", ("OV006", 1, 5)),
        ("a: 1\nb: 2\na: 3", ("OV007", 3, 1)),
        ("a: {b: 1, 'b': 2}", ("OV007", 1, 11)),
        ("a: {1: x}", ("OV008", 1, 5)),
        ("a: {true: x}", ("OV008", 1, 5)),
        ("a: {~: x}", ("OV008", 1, 5)),
        ("? [a]\n: 1", ("OV008", 1, 3)),
        ("url: {{ inputs.x }}", ("OV008", 1, 6)),
        ("a: .nan", ("OV009", 1, 4)),
        ("a: [1, -.inf]", ("OV009", 1, 8)),
        ("a: 1e999", ("OV009", 1, 4)),
        ("a: 9223372036854775808", ("OV009", 1, 4)),
        ("a: 0x8000000000000000", ("OV009", 1, 4)),
        ("a: x\u2028y", ("OV001", 1, 5)),
        ("a: \x00", ("OV001", 1, 4)),
        ("a: \x1b[31m", ("OV001", 1, 4)),
        ("a: \ud800", ("OV001", 1, 4)),
        (b"a: 1\nb: \xff", ("OV001", 2, 4)),
        (b"\xff\xfea\x00", ("OV001", 1, 1)),
    ],
)
def test_yaml_that_is_not_strict_is_refused_at_its_place(text: str | bytes, expected: tuple[str, int, int]) -> None:
    assert only(text)[:3] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("OV004", 1, 1)),
        ("{", ("OV003", 1, 1)),
        ('{"a": [1, 2}', ("OV003", 1, 12)),
        ('{"a": 1,}', ("OV003", 1, 9)),
        ("[1,]", ("OV003", 1, 4)),
        ("[,]", ("OV003", 1, 2)),
        ('{"a" 1}', ("OV003", 1, 6)),
        ("{a: 1}", ("OV003", 1, 2)),
        ("{'a': 1}", ("OV003", 1, 2)),
        ('{"a": 01}', ("OV003", 1, 7)),
        ('{"a": .5}', ("OV003", 1, 7)),
        ('{"a": +1}', ("OV003", 1, 7)),
        ('{"a": tru}', ("OV003", 1, 7)),
        ('{"a": "x\ny"}', ("OV003", 1, 7)),
        ('{"a": "\t"}', ("OV003", 1, 8)),
        ('{"a": "\\x"}', ("OV003", 1, 8)),
        ('{"a": 1} {}', ("OV003", 1, 10)),
        ('{"a": 1}\n// end', ("OV003", 2, 1)),
        ("// start\n{}", ("OV003", 1, 1)),
        ('{"a": NaN}', ("OV009", 1, 7)),
        ('{"a": -Infinity}', ("OV009", 1, 7)),
        ('{"a": 1e999}', ("OV009", 1, 7)),
        ('{"a": 1, "\\u0061": 2}', ("OV007", 1, 10)),
        ('{"a": "\\ud800"}', ("OV001", 1, 7)),
        ('{"a": "\ud800"}', ("OV001", 1, 8)),
    ],
)
def test_json_that_is_not_strict_is_refused_at_its_place(text: str, expected: tuple[str, int, int]) -> None:
    assert only(text, "x.json")[:3] == expected


def test_a_second_key_shows_the_first() -> None:
    (found,) = read("a: 1\nb: 2\na: 3\n", "x.yaml").diagnostics
    assert found.at.pointer == "/a"
    assert [(each.at.line, each.at.column) for each in found.related] == [(1, 1)]


def test_a_key_that_is_no_text_comes_with_its_mend() -> None:
    text = "a: {1: x}"
    (found,) = read(text, "x.yaml").diagnostics
    assert found.edit is not None
    (change,) = found.edit.changes
    assert text[: change.at.column - 1] + change.text + text[change.at.end_column - 1 :] == 'a: {"1": x}'


def test_several_mistakes_of_reading_are_all_told() -> None:
    reading = read("a: {b: 1, b: 2}\nc: .nan\n3: x\n", "x.yaml")
    assert codes(reading) == ["OV007", "OV009", "OV008"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[" * 10_000, "x.yaml"),
        ("- " * 10_000, "x.yaml"),
        ('{"a":' * 10_000, "x.json"),
        ('{"a":' * 10_000, "x.yaml"),
        ("[" * 10_000 + "]" * 10_000, "x.json"),
        ("".join(" " * level + "a:\n" for level in range(1_000)), "x.yaml"),
    ],
)
def test_depth_is_capped_before_anything_recurses(text: str, path: str) -> None:
    assert only(text, path)[0] == "OV005"


@pytest.mark.parametrize("path", ["x.yaml", "x.json"])
def test_depth_is_allowed_up_to_the_cap_and_not_beyond(path: str) -> None:
    at_cap, beyond = ("[" * depth + "]" * depth for depth in (MAX_DEPTH, MAX_DEPTH + 1))
    assert codes(read(at_cap, path)) == ["OV103"]
    assert codes(read(beyond, path)) == ["OV005"]


def test_size_is_allowed_up_to_the_cap_and_not_beyond() -> None:
    padding = "# " + "x" * (MAX_BYTES - len(HELLO) - 3) + "\n"
    assert len(HELLO + padding) == MAX_BYTES
    assert codes(read(HELLO + padding, "x.yaml")) == []
    assert codes(read((HELLO + padding + "#").encode(), "x.yaml")) == ["OV005"]


@pytest.mark.parametrize("path", ["x.yaml", "x.json"])
def test_values_are_capped(path: str) -> None:
    text = "[" + "0," * (MAX_VALUES + 10) + "0]"
    assert codes(read(text, path)) == ["OV005"]


def test_a_file_of_50_megabytes_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "large.flow.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    started = time.perf_counter()
    assert codes(read_file(str(path))) == ["OV005"]
    assert time.perf_counter() - started < 2


def test_an_alias_bomb_is_one_finding() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert only(bomb)[:3] == ("OV006", 1, 4)


def test_a_flood_of_mistakes_ends() -> None:
    assert len(read("a: 1\n" * 100_000, "x.yaml").diagnostics) == MAX_FINDINGS
    unknown = HELLO + "".join(f"k{number}: 1\n" for number in range(20_000))
    assert len(read(unknown, "x.yaml").diagnostics) <= MAX_FINDINGS


def test_ten_thousand_tasks_are_read_in_seconds() -> None:
    tasks = "".join(
        f'  - id: t{n}\n    kind: http\n    url: "https://example.com/{n}"\n    retry: {{attempts: 3}}\n'
        for n in range(10_000)
    )
    started = time.perf_counter()
    reading = read("overture: 1\nname: many\ntasks:\n" + tasks, "x.yaml")
    assert reading.diagnostics == ()
    assert time.perf_counter() - started < 20


def test_a_path_that_cannot_be_opened_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nothing"):
        read_file(str(tmp_path / "nothing.flow.yaml"))
    with pytest.raises(IsADirectoryError):
        read_file(str(tmp_path))


def test_a_place_counts_characters_after_a_byte_order_mark_and_wide_ones() -> None:
    text = "\ufeffname: 漢字🎉 x: y\n"
    assert only(text)[:3] == ("OV002", 1, 12)
