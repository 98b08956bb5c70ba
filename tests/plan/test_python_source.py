"""Expressions as Python: the same values and the same refusals as the evaluator has, for every row of the table."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import pytest

from overture.expressions.evaluation import MISSING, ExpressionError, evaluate
from overture.expressions.findings import Lookup
from overture.expressions.inference import infer
from overture.expressions.parsing import parse_expression
from overture.expressions.schemas import type_of_schema
from overture.expressions.table import FILTERS, FUNCTIONS, TESTS, Example
from overture.expressions.tree import Expr, Ref
from overture.expressions.types import ANY, STRING, Json, list_of
from overture.plan.python_source import (
    HELPERS,
    PYTHON,
    Names,
    helper_sources,
    needed_helpers,
    python_expression,
    python_literal,
)
from overture.plan.python_values import settled

NOW = "2026-01-31T09:00:00Z"
REFUSALS = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError)


class Data(Names):
    """Names are keys of `data`; what is not there is missing."""

    def __init__(self, data: Mapping[str, Json]) -> None:
        self.data = data

    def read(self, ref: Ref | Any) -> Any:
        """For the writer the source, for the evaluator the value: both ask for the same name."""
        return f"data[{ref.name!r}]"

    def peek(self, ref: Ref) -> str:
        return f"data.get({ref.name!r})"

    def presence(self, ref: Ref) -> str | None:
        return f"({ref.name!r} in data)"


class Values:
    def __init__(self, data: Mapping[str, Json]) -> None:
        self.data = data

    def read(self, ref: Ref) -> Any:
        return self.data.get(ref.name, MISSING)

    def now(self) -> str:
        return NOW


def run(tree: Expr, data: Mapping[str, Json]) -> Any:
    """What the written source is worth, or the exception class of its refusal."""
    code = python_expression(tree, Data(data))
    space: dict[str, Any] = {"data": data}
    exec(compile(helper_sources(code.helpers, code.imports), "<helpers>", "exec"), space)
    if "now" in space:
        space["now"] = lambda: NOW
    try:
        return eval(compile(code.text, "<expression>", "eval"), space)
    except REFUSALS as error:
        return error


def agree(tree: Expr, data: Mapping[str, Json]) -> None:
    data = settled(data)
    found = run(tree, data)
    source = python_expression(tree, Data(data)).text
    try:
        wanted = evaluate(tree, Values(data))
    except ExpressionError as error:
        assert isinstance(found, Exception), f"{source} is {found!r}, but has no value: {error.message}"
        return
    assert not isinstance(found, Exception), f"{source} raised {found!r} instead of {wanted!r}"
    assert python_literal(found) == python_literal(wanted), source
    assert repr(found) == repr(wanted), source


EXAMPLES: list[tuple[str, Example]] = [
    (name, example)
    for rows in (FILTERS, TESTS, FUNCTIONS)
    for name, row in rows.items()  # type: ignore[attr-defined]
    for example in row.examples
]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}-{at}" for at, (name, _) in enumerate(EXAMPLES)])
def test_every_example_of_the_table_means_the_same_in_python(name: str, example: Example) -> None:
    agree(parse_expression(example.expression), dict(example.data))


def test_every_filter_test_and_function_has_a_row() -> None:
    tests = {f"is {row.name}" for row in TESTS.values() if row.is_test}
    wanted = {*FILTERS, *tests, *(f"{name}()" for name in FUNCTIONS)}
    assert wanted == set(PYTHON)


@pytest.mark.parametrize("name", sorted(HELPERS))
def test_every_helper_stands_alone_with_its_sources(name: str) -> None:
    source = helper_sources([name])
    space: dict[str, Any] = {}
    exec(compile(source, "<helpers>", "exec"), space)
    assert set(needed_helpers([name])) <= set(space)
    assert ast.get_docstring(next(node for node in ast.parse(source).body if getattr(node, "name", "") == name))
    assert "overture" not in source
    assert all(len(line) <= 88 for line in source.splitlines())


ISSUE = type_of_schema(
    {
        "type": "object",
        "required": ["number", "title", "labels", "draft"],
        "properties": {
            "number": {"type": "integer"},
            "title": {"type": "string"},
            "labels": {"type": "array", "items": {"type": "string"}},
            "draft": {"type": "boolean"},
            "score": {"type": "number"},
            "milestone": {"type": ["string", "null"]},
        },
    }
)
TYPES = {"issue": ISSUE, "issues": list_of(ISSUE), "names": list_of(STRING), "any": ANY}


class Typed(Names):
    def read(self, ref: Ref) -> str:
        return ref.name

    def lookup(self, ref: Ref) -> Lookup:
        return Lookup(TYPES[ref.name])


@pytest.mark.parametrize(
    ("expression", "python"),
    [
        ("issue.title", 'issue["title"]'),
        ("issue.title | lower | trim", 'issue["title"].lower().strip()'),
        ("issue.draft and issue.title != ''", 'issue["draft"] and issue["title"] != ""'),
        ("not issue.draft", 'not issue["draft"]'),
        ("'#' ~ issue.number ~ ' ' ~ issue.title", "f\"#{issue['number']} {issue['title']}\""),
        ("issue.number + 1", 'checked(issue["number"] + 1)'),
        ("issues | length + 1", "len(issues) + 1"),
        ("names | join(', ')", '", ".join(names)'),
        ("issues | map(attribute='title')", '[each["title"] for each in issues]'),
        ("issues | selectattr('draft')", '[each for each in issues if each["draft"]]'),
        (
            "issues | rejectattr('title', 'eq', 'x') | length",
            'len([each for each in issues if each["title"] != "x"])',
        ),
        ("issues | sort(attribute='number')", 'sorted(issues, key=lambda each: each["number"])'),
        ("'bug' in issue.labels", '"bug" in issue["labels"]'),
        ("issue.milestone | default('none')", 'dig(issue, "milestone", default="none")'),
        ("any == 1", "same(any, 1)"),
        ("any == 'x'", 'any == "x"'),
        ("any is none", "any is None"),
        ("any != null", "any is not None"),
        ("'v' ~ any", 'f"v{as_text(any)}"'),
        ("names | unique | sort", "sorted(list(dict.fromkeys(names)))"),
        ("issue.title | matches('^[0-9]+$')", 're.search(r"^[0-9]+\\Z", issue["title"]) is not None'),
        ("{number: issue.number, tags: issue.labels[:2]}", '{"number": issue["number"], "tags": issue["labels"][:2]}'),
    ],
)
def test_python_is_idiomatic_where_the_types_show_it_exact(expression: str, python: str) -> None:
    tree = infer(parse_expression(expression), Typed()).tree
    assert python_expression(tree, Typed()).text == python
