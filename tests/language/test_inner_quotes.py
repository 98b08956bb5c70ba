"""A quote inside a text between the same quotes is told where it stands, whatever the reader stumbled over."""

from __future__ import annotations

import json

import pytest

from overture.checks import check
from overture.diagnostics.model import Diagnostic
from overture.language.reading import read

HEAD = "overture: 1\nname: example\ntasks:\n"
FORMS = (
    "  - id: a\n    kind: log\n    message: {}\n",
    "  - {{id: a, kind: log, message: {}}}\n",
    "  - id: a\n    kind: shell\n    command: [echo, {}]\n",
    "  - id: a\n    kind: shell\n    command:\n      - echo\n      - {}\n",
    '  - {{id: a, kind: log, message: {}, description: "b"}}\n',
)
INNER = [
    "-",
    "",
    ", ",
    ":",
    "%Y",
    "|",
    "*",
    "&",
    "!",
    "# a",
    "[",
    "{",
    "}",
    "]",
    "a b",
    "- ",
    "? ",
    ": ",
    ">",
    "@",
    "`",
]


def found(text: str, path: str = "a.yaml") -> list[Diagnostic]:
    return list(check(read(text, path)).diagnostics)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("quote", "inner"), [(quote, inner) for quote in "'\"" for inner in INNER if (quote, inner) != ("'", "")]
)
def test_it_is_one_finding_at_the_quote(form: str, inner: str, quote: str) -> None:
    text = HEAD + form.format(f"{quote}{{{{ run.id | default({quote}{inner}{quote}) }}}}{quote}")
    told = found(text)
    assert [each.message for each in told] == [f"the text ends at this `{quote}`"]
    at = told[0].at
    line = text.splitlines()[at.line - 1]
    assert line[: at.column].endswith(f"default({quote}")
    assert (at.end_line, at.end_column) == (at.line, at.column + 1)


def test_the_help_names_both_ways_out() -> None:
    assert found(HEAD + FORMS[0].format('"{{ run.id == "a" }}"'))[0].help == "write `'` inside, or `\\\"`"
    assert found(HEAD + FORMS[0].format("'it's here'"))[0].help == "write `''` inside, or put the text between `\"`"


@pytest.mark.parametrize("value", ['"say "hi" now"', "'it's here, isn't it'", '"run.id == "a""'])
@pytest.mark.parametrize("form", FORMS)
def test_it_needs_no_expression(value: str, form: str) -> None:
    assert [each.message for each in found(HEAD + form.format(value))] == [f"the text ends at this `{value[0]}`"]


@pytest.mark.parametrize("value", ['"{{ run.id | default("-") }}"', '"{{ run.id | default(", ") }}"', '"a "b" c"'])
def test_so_it_is_in_json(value: str) -> None:
    text = json.dumps({"overture": 1, "name": "a", "tasks": [{"id": "a", "kind": "log", "message": 0}]})
    told = found(text.replace('"message": 0', f'"message": {value}'), "a.json")
    assert [(each.code, each.message) for each in told] == [("OV003", 'the text ends at this `"`')]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('[a, "b" c]', "a list that begins with `[` is not closed"),
        ('[a, "b" "c"]', "a list that begins with `[` is not closed"),
        ('"a" b', "something stands after the closing quote"),
        ('"a" and "b"', "something stands after the closing quote"),
        ('["a", "b"', "a list that begins with `[` is not closed"),
    ],
)
def test_other_slips_keep_their_words(value: str, message: str) -> None:
    text = HEAD + f"  - id: a\n    kind: shell\n    command: {value}\n"
    assert [each.message for each in found(text)] == [message]


@pytest.mark.parametrize(
    "value", ['"a \\"b\\" c"', "'a ''b'' c'", "\"{{ 'a' | default('-') }}\"", 'it\'s "so"b "c"', "'{{ \"a\" }}'"]
)
def test_what_is_written_rightly_is_no_such_quote(value: str) -> None:
    text = HEAD + f"  - id: a\n    kind: log\n    message: {value}\n    mesage: b\n"
    assert [each.message for each in found(text)] == ["`mesage` is no key of a `log` task"]


def test_of_a_doubled_quote_between_single_ones_the_help_says_what_it_is() -> None:
    told = found(HEAD + "  - id: a\n    kind: log\n    message: '{{ run.id | default('') }}'\n")
    assert [each.code for each in told] == ["OV301"]
    assert (
        told[0].help == "between single quotes `''` is one `'`: write `\"\"` here, or put the whole text between `\"`"
    )


def test_a_line_of_megabytes_is_left_alone() -> None:
    text = '{"overture": 1, "name": "a", "tasks": [' + '{"id": "a", "kind": "log"}, ' * 100_000 + '"a"b"c"]}'
    assert [each.message for each in found(text, "a.json")] == ["a `,` or a `]` is missing before this"]
