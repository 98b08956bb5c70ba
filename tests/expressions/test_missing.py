"""What is missing, what stands in for it, and how one asks (language.md 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from overture.expressions.evaluation import ExpressionError

Worth = Callable[..., Any]

DATA: dict[str, Any] = {
    "o": {"a": {"b": 1}, "null": None, "list": [1], "empty": [], "text": "abc", "f": False, "z": 0, "e": ""},
}


@pytest.mark.parametrize(
    "path",
    [
        "o.nothing",
        "o.nothing.deeper['x'][0].y",
        "o['nothing']",
        "o.null.x",
        "o.null[0]",
        "o.null[0:1]",
        "o.null | first",
        "o.list[1]",
        "o.list[-2]",
        "o.list[1].x",
        "o.text[3]",
        "o.empty | first",
        "(o.empty | last).x.y",
        "(o.nothing | first)[0]",
        "o.nothing[1:]",
        "o[('no' ~ 'thing')]",
        "tasks.skipped.body.x",
        "unset",
    ],
)
def test_default_covers_the_whole_path_before_it(path: str, worth: Worth) -> None:
    with pytest.raises(ExpressionError):
        worth(path, DATA)
    assert worth(f"{path} | default('d')" if "|" not in path else f"({path}) | default('d')", DATA) == "d"
    assert worth(f"({path}) is defined", DATA) is False
    assert worth(f"({path}) is not defined", DATA) is True


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("o.null | default('d')", "d"),
        ("o.f | default('d')", False),
        ("o.z | default('d')", 0),
        ("o.e | default('d')", ""),
        ("o.empty | default('d')", []),
        ("o.a.b | default('d')", 1),
        ("o.x | default(o.y | default(o.z))", 0),
        ("(o.x | default({})).y | default(2)", 2),
        ("o.x | default(null)", None),
        ("o.null is defined", True),
        ("o.null.x is defined", False),
        ("o.null is none", True),
        ("o.list[9:]", []),
    ],
)
def test_default_stands_in_for_what_is_missing_or_null_and_nothing_else(
    expression: str, result: Any, worth: Worth
) -> None:
    found = worth(expression, DATA)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("o.x | default(o.y)", "y"),
        ("(o.x | lower) | default('d')", "x"),
        ("(o.x | map(attribute='a') | first) | default('d')", "x"),
        ("(1 if o.x else 2) | default('d')", "x"),
        ("(o.x ~ 'a') | default('d')", "x"),
        ("o.list[o.x] | default('d')", "x"),
        ("[o.x] | default('d')", "x"),
        ("o.x is none", "x"),
        ("o.x == null", "x"),
        ("(o.x | lower) is defined", "x"),
    ],
)
def test_what_is_no_path_is_not_covered(expression: str, place: str, worth: Worth) -> None:
    with pytest.raises(ExpressionError) as caught:
        worth(expression, DATA)
    assert expression[slice(*caught.value.span)] == place
    assert caught.value.message == f"`o` has no key `{place}`"


@pytest.mark.parametrize(
    ("expression", "message", "place"),
    [
        ("o.a.x", "`o.a` has no key `x`", "x"),
        ("o.null.x", "`o.null` is null and has no key `x`", "x"),
        ("o.text.x", "`o.text` is a text and has no key `x`", "x"),
        ("o.list[3]", "`o.list` has no item 3, but 1 in all", "3"),
        ("(o.empty | first).x", "`first` of nothing", "first"),
        ("tasks.a.body.x", "`tasks.a.body` is missing", "tasks.a.body"),
        ("unset", "`unset` is missing", "unset"),
    ],
)
def test_the_error_says_what_is_missing_and_where(expression: str, message: str, place: str, worth: Worth) -> None:
    with pytest.raises(ExpressionError) as caught:
        worth(expression, DATA)
    assert (caught.value.message, expression[slice(*caught.value.span)]) == (message, place)


def test_a_key_of_what_is_no_object_is_an_error_that_default_does_not_cover(worth: Worth) -> None:
    for expression in ("o.text.x | default(1)", "o.z[0] | default(1)", "o.list.x is defined"):
        with pytest.raises(ExpressionError):
            worth(expression, DATA)
