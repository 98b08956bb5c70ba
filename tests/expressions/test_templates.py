"""Texts with expressions in them, and JSON values with such texts (language.md 2)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from overture.expressions.evaluation import evaluate
from overture.expressions.parsing import ExpressionSyntaxError, parse_template, parse_value
from overture.expressions.tree import Filter, ListOf, Literal, ObjectOf, Ref, Template, Text, walk

X = Ref("item", "x")


@pytest.mark.parametrize(
    "text", ["", "plain", "a {# b #} c", "}} and } and {", "{ {x} }", "100 %} off", "line\n", "'{' \"", "{ {"]
)
def test_all_else_is_text(text: str) -> None:
    assert parse_template(text, keeps_type=True) == Literal(text)
    assert parse_template(text, keeps_type=False) == Literal(text)


def test_a_text_with_an_expression_is_its_parts() -> None:
    tree = parse_template("a {{ x }}{{ x }} }} b\n", keeps_type=True)
    assert tree == Template((Literal("a "), X, X, Literal(" }} b\n")))
    assert tree.span == (0, 22)
    assert isinstance(tree, Template)
    assert [part.span for part in tree.parts] == [(0, 2), (5, 6), (12, 13), (16, 22)]


@pytest.mark.parametrize("text", ["{{ x }}", "  {{x}}\n", "{{ x }} "])
def test_one_expression_alone_keeps_its_type_where_the_field_takes_any_value(text: str) -> None:
    assert parse_template(text, keeps_type=True) == X
    alone = parse_template(text, keeps_type=False)
    assert isinstance(alone, Template)
    assert X in alone.parts


def test_spans_count_within_the_text() -> None:
    text = "Hello {{ x | lower }}, {{ {'a': {'b': x}} }}!"
    for node in walk(parse_template(text, keeps_type=False)):
        if isinstance(node, Ref):
            assert text[slice(*node.span)] == "x"
        if isinstance(node, Filter):
            assert text[slice(*node.name_span)] == "lower"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{ '}}' }}", "}}"),
        ("{{ '{{' }}", "{{"),
        ("{{ '{%' }}", "{%"),
        ('{{ "}}" ~ \'"}}\' }}', '}}"}}'),
        ("{{ {'a': {'b': 1}} }}", {"a": {"b": 1}}),
        ("{{ {'a': {'b': 1}}}}", {"a": {"b": 1}}),
        ("{{{'a': 1}}}", {"a": 1}),
        ("{{ [[1]]}}", [[1]]),
    ],
)
def test_braces_inside_an_expression_do_not_end_it(text: str, result: Any, names: Any) -> None:
    assert evaluate(parse_template(text, keeps_type=True), names()) == result


@pytest.mark.parametrize(
    ("text", "span", "message"),
    [
        ("a {{ b", (2, 4), "`{{` is never closed"),
        ("{{ x }} {{", (8, 10), "`{{` is never closed"),
        ("a {% if x %}", (2, 4), "`{%` is no part of a template: there are no statements"),
        ("{{ x }}{%", (7, 9), "`{%` is no part of a template: there are no statements"),
        ("a {{ }}", (2, 7), "there is nothing between `{{` and `}}`"),
        ("{{- x }}", (2, 3), "templates have no white space control"),
        ("{{ x -}}", (5, 6), "templates have no white space control"),
        ("{{ x + }}", (7, 7), "the expression is not complete"),
        ("ab {{ (x }}", (6, 7), "`(` is never closed"),
        ("ab {{ 'x }}", (6, 7), "the text that starts here never ends"),
        ("ab {{ x! }}", (7, 8), "unexpected `!`"),
    ],
)
def test_a_mistake_has_its_place_in_the_text(text: str, span: tuple[int, int], message: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_template(text, keeps_type=False)
    assert (caught.value.span, caught.value.message) == (span, message)


def test_a_value_is_a_tree_whose_texts_know_where_they_stand() -> None:
    tree, findings = parse_value({"a/b": ["{{ x }}", "plain", "n: {{ x }}", 1, None], "c": {"~": "{{ x }}"}})
    assert findings == []
    assert tree == ObjectOf(
        (
            (
                Literal("a/b"),
                ListOf(
                    (
                        Text("/a~1b/0", X),
                        Literal("plain"),
                        Text("/a~1b/2", Template((Literal("n: "), X))),
                        Literal(1),
                        Literal(None),
                    )
                ),
            ),
            (Literal("c"), ObjectOf(((Literal("~"), Text("/c/~0", X)),))),
        )
    )


def test_a_value_that_renders_is_text_everywhere() -> None:
    tree, _ = parse_value(["{{ x }}"], keeps_type=False)
    assert tree == ListOf((Text("/0", Template((X,))),))


def test_every_text_of_a_value_that_cannot_be_read_is_found() -> None:
    tree, findings = parse_value({"a": "{{ x", "b": ["{{ x + }}"], "c": "{{ x }}"})
    assert [(each.where, each.span, each.message) for each in findings] == [
        ("/a", (0, 2), "`{{` is never closed"),
        ("/b/0", (7, 7), "the expression is not complete"),
    ]
    assert Text("/c", X) in list(walk(tree))


HOSTILE = json.loads((Path(__file__).parent / "hostile.json").read_text())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_data_is_never_rendered_again(text: str, names: Any) -> None:
    scope = names({"x": text})
    assert evaluate(parse_template("<{{ x }}>", keeps_type=False), scope) == f"<{text}>"
    assert evaluate(parse_template("{{ x }}", keeps_type=True), scope) == text
