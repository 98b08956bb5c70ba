"""The value rules of language.md 2 and 3, one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from overture.expressions.evaluation import ExpressionError, equal, evaluate, render
from overture.expressions.failures import Refused
from overture.expressions.parsing import parse_expression
from overture.expressions.values import MAX_ITEMS, MAX_TEXT_CHARACTERS, identity

Worth = Callable[..., Any]
BIG = 2**63 - 1


def same(left: Any, right: Any) -> bool:
    """Equal, and of the very same form: `2` is not `2.0` here."""
    return type(left) is type(right) and bool(left == right)


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("4 / 2", 2),
        ("7 / 2", 3.5),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("7 % -3", -2),
        ("7.5 // 2", 3),
        ("-7.5 % 2", 0.5),
        ("2 ** 10", 1024),
        ("2 ** -1", 0.5),
        ("9 ** 0.5", 3),
        ("1.5 + 1.5", 3),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("-2 ** 2", 4),  # Jinja: a sign binds tighter than a power
        ("2 ** 3 ** 2", 64),  # Jinja: from left to right
        ("9223372036854775806 + 1", BIG),
        ("-9223372036854775808", -(2**63)),
        ("9007199254740993 - 1", 2**53),
        ("x + 0", 5),
        ("1e300 * 10", 1e301),
        ("-0.0", 0),
        ("0 * -1.5", 0),
        ("+x", 5),
    ],
)
def test_integers_are_exact_and_an_integral_double_is_the_integer(expression: str, result: Any, worth: Worth) -> None:
    assert same(worth(expression, x=5.0), result)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("9223372036854775807 + 1", "the result does not fit into 64 bits"),
        ("-9223372036854775807 - 2", "the result does not fit into 64 bits"),
        ("-x", "the result does not fit into 64 bits"),
        ("x | abs", "the result does not fit into 64 bits"),
        ("x // -1", "the result does not fit into 64 bits"),
        ("4611686018427387904 * 2", "the result does not fit into 64 bits"),
        ("2 ** 63", "the result does not fit into 64 bits"),
        ("2 ** 1000000000000", "the result does not fit into 64 bits"),
        ("[9223372036854775807, 1] | sum", "the result does not fit into 64 bits"),
        ("1e308 * 10", "the result is not a finite number"),
        ("10.5 ** 1000", "the result is not a finite number"),
        ("0 ** -1", "the result is not a finite number"),
        ("(-8) ** 0.5", "a negative number has no such power"),
        ("1 / 0", "division by zero"),
        ("1 // 0", "division by zero"),
        ("1.5 % 0", "division by zero"),
    ],
)
def test_what_is_no_number_is_an_error(expression: str, message: str, worth: Worth) -> None:
    with pytest.raises(ExpressionError) as caught:
        worth(expression, x=-(2**63))
    assert caught.value.message == message


def test_an_integer_beyond_64_bits_is_the_nearest_double(worth: Worth) -> None:
    assert same(worth("x", x=10**30), 1e30)
    assert same(worth("x + 1", x=2**63), 2.0**63)
    assert worth("x == y", x=10**30, y=1e30) is True


@pytest.mark.parametrize(
    ("left", "right", "is_equal"),
    [
        (2, 2.0, True),
        (0, -0.0, True),
        (1, True, False),
        (0, False, False),
        ("1", 1, False),
        (None, False, False),
        (None, None, True),
        ("", None, False),
        ([1, [2.0]], [1.0, [2]], True),
        ([1, 2], [2, 1], False),
        ([True], [1], False),
        ({"a": 1, "b": None}, {"b": None, "a": 1.0}, True),
        ({"a": None}, {}, False),
        ("é", "e\u0301", False),
        (2**53 + 1, float(2**53), False),
    ],
)
def test_equality_is_deep_and_never_across_types(left: Any, right: Any, is_equal: bool, worth: Worth) -> None:
    assert equal(left, right) is equal(right, left) is is_equal
    assert (identity(left) == identity(right)) is is_equal
    assert worth("x == y", x=left, y=right) is is_equal
    assert worth("x != y", x=left, y=right) is not is_equal
    assert worth("x in [y]", x=left, y=right) is is_equal
    assert (worth("[x, y] | unique | length", x=left, y=right) == 1) is is_equal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (0.1, "0.1"),
        (1e16, "1e+16"),
        (123456789012345.0, "123456789012345"),
        (9007199254740994.0, "9007199254740994"),
        (1e-7, "1e-07"),
        (1.5e300, "1.5e+300"),
        (10**30, "1e+30"),
        ([], "[]"),
        ([1.0, None, "ä\n", True, 9007199254740994.0], '[1,null,"ä\\n",true,9007199254740994]'),
        ({"b": [], "a": {"x": 1e16}}, '{"b":[],"a":{"x":1e+16}}'),
        (["\u2028</script>\x1f"], '["\u2028</script>\\u001f"]'),
    ],
)
def test_text_of_a_value(value: Any, text: str, worth: Worth) -> None:
    assert render(value) == text
    assert worth("x ~ ''", x=value) == text
    assert worth("x | string", x=value) == text


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("'Z' < 'a'", True),
        ("'a' < 'ab'", True),
        ("'ｚ' < '😀'", True),  # by code point, not by UTF-16
        ("1 < 2.5 <= 2.5 < 3", True),
        ("1 < 3 < 2", False),
        ("3 < 1 < (1 / 0)", False),
        ("'b' in 'abc'", True),
        ("'' in 'abc'", True),
        ("'a' in {a: null}", True),
        ("null in [1, null]", True),
        ("1 not in [true]", True),
        ("'😀x'[0]", "😀"),
        ("'😀x'[-1]", "x"),
        ("'abc'[1:]", "bc"),
        ("[1, 2, 3][-2:9]", [2, 3]),
        ("[1, 2] + [2]", [1, 2, 2]),
        ("'a' + 'b'", "ab"),
        ("1 ~ 2", "12"),
        ("{a: 1, 'b-c': 2, a: 3}", {"a": 3, "b-c": 2}),
        ("{('k' ~ 1): 2}", {"k1": 2}),
        ("{b: 1, a: 2} | keys", ["b", "a"]),
        ("range(2, 2)", []),
        ("range(3, 1)", []),
        ("now()", "2026-01-31T09:00:00Z"),
    ],
)
def test_what_operators_give(expression: str, result: Any, worth: Worth) -> None:
    assert equal(worth(expression), result)


@pytest.mark.parametrize(
    "expression",
    [
        "1 and true",
        "true and 'a'",
        "not ''",
        "not null",
        "0 or true",
        "1 if 'a' else 2",
        "1 + 'a'",
        "'a' + 1",
        "'a' * 3",
        "[1] * 2",
        "'%s' % 1",
        "true + 1",
        "null + 1",
        "-'a'",
        "+null",
        "1 < 'a'",
        "true < false",
        "null < 1",
        "[1] < [2]",
        "1 in 'a'",
        "1 in {a: 1}",
        "1 in 1",
        "1 in null",
        "{(1 + 1): 2}",
        "'abc'.a",
        "[1].a",
        "{a: 1}[0]",
        "[1]['a']",
        "[1][0.5]",
        "[1][true]",
        "[1][null]",
        "[1]['0':]",
        "{a: 1}[0:1]",
        "5[0:1]",
        "null is empty",
        "1 is empty",
        "1 | length",
        "'a' | sum",
        "['a'] | sum",
        "'a' | join",
        "'a' | replace('', 'b')",
        "'a' | truncate('3')",
        "'a' | truncate(1.5)",
        "true | int",
        "null | int",
        "'a' | fixed(2)",
        "range('a', 2)",
        "[{a: 1}, {b: 1}] | map(attribute='a')",
        "[1, null] | sort",
        "[[1]] | sort",
        "[1, 2] | select",
        "[{a: 1}] | selectattr('b', 'eq', 1)",
        "[{a: 1}] | selectattr('b.c', 'eq', 1)",
        "[{a: 1}] | selectattr('a.c', 'defined')",
    ],
)
def test_anything_else_is_an_error(expression: str, worth: Worth) -> None:
    with pytest.raises(ExpressionError):
        worth(expression)


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("false and 1 / 0 == 1", False),
        ("true or x.nothing", True),
        ("1 if true else 1 / 0", 1),
        ("1 / 0 if false else 2", 2),
        ("1 | default(1 / 0)", 1),
    ],
)
def test_what_is_not_needed_is_not_read(expression: str, result: Any, worth: Worth) -> None:
    assert worth(expression, x={}) == result


def test_an_error_stands_at_the_smallest_part(worth: Worth) -> None:
    text = "'n: ' ~ (1 + x.a)"
    with pytest.raises(ExpressionError) as caught:
        worth(text, x={"a": "b"})
    assert text[slice(*caught.value.span)] == "1 + x.a"
    assert caught.value.message == "`+` takes two numbers, two texts or two lists, not an integer and a text"


@pytest.mark.parametrize(
    "expression",
    [
        "x + 'ab'",
        "x ~ 'ab'",
        "x | replace('a', 'aa')",
        "[x, 'ab'] | join",
        "[x, x] | tojson",
        "x | escape | replace('a', 'bb')",
        "x | regex_replace('a', 'bb')",
        "x | base64encode",
        "[{a: x}] | tocsv",
        "(x | replace('a', 'ß')) | upper",
    ],
)
def test_no_text_is_longer_than_the_limit(expression: str, worth: Worth) -> None:
    with pytest.raises(ExpressionError, match="longer than 10,485,760 characters"):
        worth(expression, x="a" * (MAX_TEXT_CHARACTERS - 1))


def test_a_text_at_the_limit_is_one(worth: Worth) -> None:
    assert len(worth("x ~ 'a'", x="a" * (MAX_TEXT_CHARACTERS - 1))) == MAX_TEXT_CHARACTERS


def test_no_list_is_longer_than_the_limit(worth: Worth) -> None:
    assert len(worth(f"range(0, {MAX_ITEMS})")) == MAX_ITEMS
    for expression in (f"range(0, {MAX_ITEMS + 1})", "x + x", "[x, x] | flatten", f"range(-{BIG}, {BIG})"):
        with pytest.raises(ExpressionError, match="longer than 1,000,000 items"):
            worth(expression, x=[1] * (MAX_ITEMS // 2 + 1))


def test_a_value_that_shares_its_parts_is_measured_before_it_is_written() -> None:
    value: Any = ["a" * 1000]
    for _ in range(60):
        value = [value] * 2
    with pytest.raises(Refused, match="longer than"):
        render(value)


def test_data_nested_too_deeply_is_an_error(names: Any) -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    for expression in ("x == y", "x | tojson", "[x, y] | unique", "x ~ ''"):
        with pytest.raises(ExpressionError, match="nested too deeply"):
            evaluate(parse_expression(expression), names({"x": deep, "y": [deep]}))
    with pytest.raises(ExpressionError, match="nested too deeply"):
        evaluate(parse_expression("x | fromjson"), names({"x": "[" * 100_000}))


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "-Infinity", "1e400", "01", "'a'", "[1,]", "{} {}", "", "tru", "\ufeff1"]
)
def test_fromjson_is_strict(text: str, worth: Worth) -> None:
    with pytest.raises(ExpressionError):
        worth("x | fromjson", x=text)


def test_fromjson_reads_numbers_by_the_rules(worth: Worth) -> None:
    found = worth("x | fromjson", x="[1.0, 9007199254740993, 1e2, -0.0, 100000000000000000000, 0.5]")
    assert [repr(each) for each in found] == ["1", "9007199254740993", "100", "0", "1e+20", "0.5"]


def test_csv_reads_what_it_writes(worth: Worth) -> None:
    rows = [{"a": 'x"y', "b": "1,2"}, {"a": "", "b": "line\nbreak"}, {"a": "ä", "b": " "}]
    assert worth("x | tocsv | fromcsv", x=rows) == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("a,b\n", []),
        ("\ufeffa,b\n1,2", [{"a": "1", "b": "2"}]),
        ("a,b\n1\n\n2,3\n", [{"a": "1", "b": ""}, {"a": "2", "b": "3"}]),
    ],
)
def test_fromcsv_fills_short_rows(text: str, rows: Any, worth: Worth) -> None:
    assert worth("x | fromcsv", x=text) == rows


@pytest.mark.parametrize("expression", ["x | fromcsv", "[{a: 1}, {b: 2}] | tocsv", "[1] | tocsv"])
def test_csv_that_loses_data_is_an_error(expression: str, worth: Worth) -> None:
    with pytest.raises(ExpressionError):
        worth(expression, x="a,b\n1,2,3\n")


@pytest.mark.parametrize("text", ["a", "ä", "!!!!", "/w==", "YQ"])
def test_base64_that_is_no_text_is_an_error(text: str, worth: Worth) -> None:
    with pytest.raises(ExpressionError):
        worth("x | base64decode", x=text)


def test_no_filter_changes_its_subject(worth: Worth) -> None:
    data = [3, 1, 2]
    worth("[x | sort, x | reverse, x | unique, x + [1], x | batch(2)]", x=data)
    assert data == [3, 1, 2]
