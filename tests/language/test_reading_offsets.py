"""A finding about a part of a text points at exactly that part, in every way of writing a text."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from overture.diagnostics.model import At
from overture.language.reading import Reading, read

NAME = "qzx_name"

WORDS = [
    "a",
    "two words",
    "é",
    "e\u0301",
    "🎉",
    "漢字",
    "\t",
    " ",
    "  ",
    "{{",
    "}}",
    "%",
    "https://x/y",
    "ю",
    "\\",
    "it",
]
DOUBLE = [each for each in WORDS if each != "\\"] + [
    "\\n",
    "\\t",
    "\\\\",
    '\\"',
    "\\u00e9",
    "\\x41",
    "\\U0001F389",
    "\\ ",
    "\\/",
    "'",
    "# ",
    ": ",
]
SINGLE = [*WORDS, "''", '"', "# ", ": ", "\\n"]
JSON_PIECES = ["a b", "é", "🎉", "\\n", "\\u00e9", "\\ud83c\\udf89", '\\"', "\\\\", "\\/", "{{", "# ", ": ", "漢", "  "]


def value_at(reading: Reading, pointer: str) -> object:
    value: object = reading.data
    for part in pointer.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part]  # type: ignore[index]
    return value


def slice_of(text: str, at: At) -> str:
    """What stands at a place: columns count characters of lines that end in a line feed."""
    lines = text.split("\n")
    if at.line == at.end_line:
        return lines[at.line - 1][at.column - 1 : at.end_column - 1]
    first = lines[at.line - 1][at.column - 1 :]
    return "\n".join([first, *lines[at.line : at.end_line - 1], lines[at.end_line - 1][: at.end_column - 1]])


def assert_exact(text: str, path: str = "x.yaml") -> None:
    """Every text value of the document that holds the name shows it where it stands, and every character of it
    stands for itself, for an escape or for the end of a line."""
    reading = read(text, path)
    assume(reading.source.places)
    text = text.removeprefix("\ufeff")
    found = 0
    for pointer in reading.source.places:
        value = value_at(reading, pointer)
        if not isinstance(value, str):
            continue
        offsets = reading.source.offsets(pointer)
        assert len(offsets) == len(value) + 1
        assert offsets == sorted(offsets)
        for char, offset in zip(value, offsets, strict=False):
            assert text[offset] in (char, "\\") or (char in " \n" and text[offset] in "\r\n")
        if NAME in value:
            found += 1
            start = value.index(NAME)
            assert slice_of(text, reading.source.within(pointer, start, start + len(NAME))) == NAME
    assert found == 1


@st.composite
def texts(draw: st.DrawFn, pieces: list[str], breaks: list[str]) -> str:
    """Lines of words, with the name somewhere among them."""
    before = draw(st.lists(st.sampled_from([*pieces, *breaks]), max_size=8))
    after = draw(st.lists(st.sampled_from([*pieces, *breaks]), max_size=8))
    return "".join([*before, NAME, *after])


@st.composite
def scalars(draw: st.DrawFn, indent: int, in_flow: bool) -> str:
    """A text written in one of the ways of YAML, with `indent` spaces before each further line."""
    pad = "\n" + " " * indent
    style = draw(st.sampled_from(["plain", "single", "double"] + ([] if in_flow else ["literal", "folded"])))
    if style == "plain":
        pieces = [each for each in WORDS if "{" not in each and "}" not in each]
        return draw(texts(pieces, [pad, pad, "\n" + pad]))
    if style == "single":
        return "'" + draw(texts(SINGLE, [pad, " " + pad + " ", "\n" + pad])) + "'"
    if style == "double":
        return '"' + draw(texts(DOUBLE, [pad, "\t" + pad, "\n" + pad, "\\" + pad, " \\" + pad])) + '"'
    body = draw(texts([*WORDS, "# ", ": ", "'", '"'], [pad, pad, pad + "  ", "\n" + pad, pad + "\t"]))
    chomp = draw(st.sampled_from(["", "-", "+"]))
    wider = draw(st.integers(0, 3))
    # An indicator counts from the parent, which is two columns less than `indent`.
    indicator = draw(st.sampled_from(["", "2"])) if not wider else "2"
    header = ("|" if style == "literal" else ">") + draw(st.sampled_from([chomp + indicator, indicator + chomp]))
    comment = draw(st.sampled_from(["", "  # note"]))
    empty = draw(st.sampled_from(["", "\n", "\n" + " " * indent]))
    return header + comment + empty + pad + " " * wider + body + draw(st.sampled_from(["", "\n", "\n\n", "\n   \n"]))


@st.composite
def documents(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(["", "# 漢字 🎉\n", "---\n", "before: 'é 🎉'\n", "before: |\n  x\n\n", "\n\n"]))
    shape = draw(st.sampled_from(["map", "deep", "list", "compact", "flow", "flow list", "indentless", "key"]))
    tail = draw(st.sampled_from(["", "\nlast: 1\n", "\n# end", "\n...\n"]))
    match shape:
        case "map":
            body = "k: " + draw(scalars(2, False))
        case "deep":
            body = "k:\n  漢: 🎉\n  m: " + draw(scalars(4, False))
        case "list":
            body = "k:\n  - a\n  - " + draw(scalars(4, False))
        case "compact":
            body = "k:\n  - x: 1\n    m: " + draw(scalars(6, False))
        case "indentless":
            body = "k:\n- " + draw(scalars(2, False))
        case "flow":
            body = "k: {a: 🎉, m: " + draw(scalars(2, True)) + ", b: 1}"
        case "flow list":
            body = "k: [a, [" + draw(scalars(2, True)) + "], 1]"
        case _:
            body = '"🎉": ' + draw(scalars(2, False))
    text = head + body + tail
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return draw(st.sampled_from(["", "\ufeff"])) + text


@given(documents())
def test_a_name_in_any_text_of_yaml_is_shown_exactly(text: str) -> None:
    reading = read(text, "x.yaml")
    assume(not any(each.code.startswith("OV0") for each in reading.diagnostics))
    assert_exact(text)


@given(texts(JSON_PIECES, []), st.sampled_from(["", "\n", "\r\n\t", "  "]), st.booleans())
def test_a_name_in_any_text_of_json_is_shown_exactly(raw: str, space: str, in_list: bool) -> None:
    value = f'[1, "é🎉",{space}"{raw}"]' if in_list else f'"{raw}"'
    text = f'{{{space}"a": null,{space}"k/~": {{"m": {space}"x"}},{space}"n":{space}{value}{space}}}'
    assert json.loads(text)
    reading = read(text, "x.json")
    pointer = "/n/2" if in_list else "/n"
    decoded = json.loads(f'"{raw}"')
    start = decoded.index(NAME)
    assert slice_of(text, reading.source.within(pointer, start, start + len(NAME))) == NAME
    for index, char in enumerate(decoded):
        at = reading.source.within(pointer, index, index + 1)
        assert json.loads(f'"{slice_of(text, at)}"') == char


@pytest.mark.parametrize(
    ("text", "part", "written"),
    [
        ('k: "a\\tb\\u00e9c"', "\t", "\\t"),
        ('k: "a\\tb\\u00e9c"', "bé", "b\\u00e9"),
        ("k: 'it''s'", "'", "''"),
        ('k: "\\U0001F389x"', "🎉", "\\U0001F389"),
        ("k: a\\\n  b", "a\\", "a\\"),
        ("k: |\n  a\\nb\n", "\\n", "\\n"),
        ("k: one\n  two", "one two", "one\n  two"),
        ("k: >\n  one\n  two\n", "one two", "one\n  two"),
    ],
)
def test_a_part_spans_all_that_it_is_written_with(text: str, part: str, written: str) -> None:
    reading = read(text, "x.yaml")
    value = value_at(reading, "/k")
    assert isinstance(value, str)
    start = value.index(part)
    assert slice_of(text, reading.source.within("/k", start, start + len(part))) == written


def test_a_value_ends_with_its_last_line() -> None:
    text = "a: |\n  x\n  y\n\n\nb:\n  - 1\n  - {c: 2}\n\n# end\nd: [1,\n 2]\n"
    source = read(text, "x.yaml").source
    assert slice_of(text, source.value("/a")) == "|\n  x\n  y"
    assert slice_of(text, source.value("/b")) == "- 1\n  - {c: 2}"
    assert slice_of(text, source.value("/b/1")) == "{c: 2}"
    assert slice_of(text, source.key("/b/1/c")) == "c"
    assert slice_of(text, source.value("/d")) == "[1,\n 2]"
    assert slice_of(text, source.value("")) == text.rstrip()


def test_a_place_that_is_not_in_the_file_is_the_nearest_above_it() -> None:
    text = "a: {b: [1, 2]}\n"
    source = read(text, "x.yaml").source
    assert slice_of(text, source.value("/a/b/7/x")) == "[1, 2]"
    assert slice_of(text, source.value("/nothing")) == "a: {b: [1, 2]}"
