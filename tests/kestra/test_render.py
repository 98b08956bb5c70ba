"""What is rendered reads back as what it is, whatever the texts hold."""

from __future__ import annotations

import json

import pytest
import yaml

from overture_kestra.model import Flow, Note, Script, Task
from overture_kestra.render import plain, read_back, render, scalar

HOSTILE = [
    "",
    " ",
    "no",
    "1e3",
    "0o17",
    "2026-01-31",
    "~",
    "null",
    "- a",
    "a: b # c",
    "'single' \"double\" \\ back",
    "tab\tand\x00nul\x1f\x7f",
    "two\nlines",
    "two\nlines\n",
    "ends in more\n\n\n",
    "\nbegins empty",
    "  begins indented\nthen not",
    "\tbegins with a tab\n",
    "only spaces\n   \ninside",
    "carriage\r\nreturn",
    "next\u0085line\u2028sep\u2029para",
    "bidi \u202e\u2066 \u200f",
    "\ufeffmark",
    "emoji 😀 \U0001f1e9\U0001f1ea",
    "\U0010ffff\ufffe\uffff",
    "{{ 1 + 1 }} {% if %} {# c #}",
    "!!python/object:os.system",
    "&anchor *alias",
    "%TAG ! tag:",
    "--- \n...",
    "| block",
    '"""',
    "a" * 5000,
]


def flow(text: str) -> Flow:
    inner = Task("inner", "t", {"list": [text, {"deep": text}], text[:200] or "key": text, "script": Script(text)})
    outer = Task("outer", "t", {"tasks": [inner], "noted": Note(text, [text])}, description=text, comment=text)
    return Flow("f", "n", (outer,), description=text, header=(text,), labels={"a": text}, variables={"v": Script(text)})


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_every_text_reads_back_as_it_is(text: str) -> None:
    rendered = render(flow(text))
    document = read_back(rendered)
    assert document["tasks"] == [plain(each) for each in flow(text).tasks]
    assert document["description"] == text
    assert document["variables"] == {"v": text}
    assert yaml.safe_load(rendered) == document


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_comment_stays_a_comment(text: str) -> None:
    """Whatever a description holds, no line of it becomes a line of the document."""
    lines = render(Flow("f", "n", (Task("a", "t", comment=text),), header=(text,))).splitlines()
    rest = [line for line in lines if line.strip() and not line.strip().startswith("#")]
    assert rest == ['id: "f"', 'namespace: "n"', "tasks:", '  - id: "a"', '    type: "t"']


def test_every_text_is_in_double_quotes_or_a_block() -> None:
    text = render(Flow("f", "n", (Task("a", "t", {"x": "no", "z": Script("one\ntwo\n"), "count": 1, "is_b": True}),)))
    assert text == (
        'id: "f"\nnamespace: "n"\n\ntasks:\n  - id: "a"\n    type: "t"\n    x: "no"\n    z: |\n      one\n      two\n'
        "    count: 1\n    is_b: true\n"
    )


def test_keys_that_are_words_of_yaml_are_quoted() -> None:
    assert '    "on": 1' in render(Flow("f", "n", (Task("a", "t", {"on": 1, "0": 2, "a b": 3}),)))


@pytest.mark.parametrize("value", [1e300, 1e-300, 1.5, -0.0, 10**20, -7, True, None])
def test_numbers_read_back_with_their_type(value: object) -> None:
    found = yaml.safe_load(scalar(value))  # type: ignore[arg-type]
    assert found == value and type(found) is type(value)


def test_there_are_no_anchors() -> None:
    shared = ["the same"]
    text = render(Flow("f", "n", (Task("a", "t", {"x": shared, "y": shared}),)))
    assert "&" not in text and "*" not in text


def test_a_text_that_is_no_text_is_written_with_escapes() -> None:
    assert json.loads(scalar("\ud800")) == "\ud800"
