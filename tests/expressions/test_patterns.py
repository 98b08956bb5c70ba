"""Patterns: what Python, Java and JavaScript share, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overture.expressions.evaluation import ExpressionError
from overture.expressions.failures import Refused
from overture.expressions.matching import Search, program_of
from overture.expressions.patterns import _Reader, matches, pattern_problem, substitute

Worth = Callable[..., Any]


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "a|b|",
        "^[a-z0-9_.+-]+@[a-z]+\\.[a-z]{2,}$",
        "(?:a(b)?)+?",
        "(?=a)(?!b)\\w",
        "\\d{4}-\\d{2}-\\d{2}",
        "[^\\]\\\\-]*",
        "\\u00e4\\x41",
        "\\/\\$\\^",
        "\\bword\\b",
        "[a-]",
    ],
)
def test_the_shared_part_is_taken(pattern: str) -> None:
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "(?<=a)b",
        "(?<!a)b",
        "(a)\\1",
        "(?P<name>a)",
        "(?<name>a)",
        "(?i)a",
        "(?i:a)",
        "(?>a)",
        "a++",
        "a{2}+",
        "\\Aa\\Z",
        "\\p{L}",
        "[[:alpha:]]",
        "[a&&b]",
        "[]a]",
        "[^]",
        "[a",
        "(a",
        "a)",
        "*a",
        "a**",
        "^*",
        "a{3,2}",
        "{",
        "a}",
        "]",
        "\\",
        "\\u12",
        "\\q",
        "(?#comment)",
        "[z-a]",
        "\\Qa\\E",
    ],
)
def test_the_rest_is_refused(pattern: str, worth: Worth) -> None:
    assert pattern_problem(pattern)
    for expression in ("x | matches(p)", "x | extract(p)", "x | regex_replace(p, '')"):
        with pytest.raises(ExpressionError):
            worth(expression, x="a", p=pattern)


@pytest.mark.parametrize(
    ("text", "pattern", "is_found"),
    [
        ("a\n", "a$", False),
        ("a\nb", "^b", False),
        ("a\nb", "a.b", False),
        ("a\rb", "a.b", True),
        ("٣", "\\d", False),
        ("ä", "\\w", False),
        ("\u00a0", "\\s", False),
        ("K", "k", False),
    ],
)
def test_a_pattern_means_the_same_everywhere(text: str, pattern: str, is_found: bool) -> None:
    assert matches(text, pattern) is is_found


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "result"),
    [
        ("aaa", "a", "\\0\\0", "aaaaaa"),
        ("ab", "(a)|(b)", "[\\1\\2]", "[a][b]"),
        ("a.b", "\\.", "$1\\\\", "a$1\\b"),
        ("abc", "", "-", "-a-b-c-"),
        ("x", "a", "\\0", "x"),
    ],
)
def test_groups_stand_in_the_replacement(text: str, pattern: str, replacement: str, result: str) -> None:
    assert substitute(text, pattern, replacement) == result


def test_a_group_that_the_pattern_lacks_is_an_error(worth: Worth) -> None:
    with pytest.raises(ExpressionError, match="no group 2"):
        worth("x | regex_replace('(a)', '\\2')", x="a")


def test_a_group_that_took_no_part_is_null(worth: Worth) -> None:
    assert worth("'b' | extract('(a)?b')") is None


@given(st.text(alphabet="ab(|)[]{}*+?^$\\.,:=!<P1d-&", max_size=12), st.text(alphabet="ab1-", max_size=8))
def test_a_pattern_works_or_is_refused(pattern: str, text: str) -> None:
    problem = pattern_problem(pattern)
    try:
        matches(text, pattern)
    except Refused as refused:
        assert str(refused) == problem
    else:
        assert problem is None


def _takes_something(pattern: str) -> bool:
    """Never matches nothing. How often what matches nothing is repeated, each language settles for itself: of
    `(?:^|[^a])*` Python stops at the start of the text, JavaScript goes on."""
    found = re.compile(pattern, re.ASCII)
    return all(
        found.fullmatch(text, at, at) is None for text in ("", "a", "ab", "a\n", "-a") for at in range(len(text) + 1)
    ) and all(match.group() for text in ("", "a", "b", "ab", "ba", "a\nb") for match in found.finditer(text))


PATTERNS = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "\\w", "^", "$", "\\b", ""]),
    lambda part: st.one_of(
        st.tuples(part, part).map("".join),
        st.tuples(part, part).map("|".join),
        part.map("({})".format),
        part.map("(?:{})".format),
        part.map("(?={})".format),
        part.map("(?!{})".format),
        st.tuples(
            part.filter(_takes_something).map("(?:{})".format),
            st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?", "+?", "??"]),
        ).map("".join),
    ),
    max_leaves=8,
)


@settings(max_examples=500, deadline=None)
@given(PATTERNS, st.text(alphabet="ab\n", max_size=7))
def test_our_matcher_finds_what_python_s_finds(pattern: str, text: str) -> None:
    reader = _Reader(pattern)
    try:
        part = reader.read()
    except Refused:
        return
    python = re.compile("".join(reader.python), re.ASCII)
    ours = [places[:2] for places in Search(program_of(part, reader.groups), text).all()]
    assert ours == [found.span() for found in python.finditer(text)]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^(a+)+$", "a" * 5000 + "!"),
        ("(a|a)*b", "a" * 20_000),
        ("^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 3000),
        ("a*a*a*b", "a" * 20_000),
        ("((a?){8}){8}a{64}", "a" * 63),
    ],
)
def test_a_pattern_with_endless_ways_comes_back(pattern: str, text: str) -> None:
    assert matches(text, pattern) is False


def test_a_search_that_would_take_too_long_is_an_error() -> None:
    with pytest.raises(Refused, match="too long for this pattern"):
        matches("a" * 1_000_000, "(a|b)*c")
    assert pattern_problem("((a{1000}|b){1000})*") == "the pattern is too large"


def test_groups_are_kept_by_both_matchers(worth: Worth) -> None:
    assert (
        worth("'key=val; k2=v2' | regex_replace('((?:[a-z]|[0-9])+)=((?:[a-z]|[0-9])+)', '\\2:\\1')")
        == "val:key; v2:k2"
    )
    assert worth("'a1' | extract('(?:a|b)*([0-9])')") == "1"
