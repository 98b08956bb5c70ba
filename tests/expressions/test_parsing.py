"""What is an expression, what is none, and where everything in it stands."""

from __future__ import annotations

import sys
import warnings

import pytest

from overture.expressions.parsing import ExpressionSyntaxError, parse_expression
from overture.expressions.tree import (
    Binary,
    Call,
    Compare,
    Conditional,
    Expr,
    Filter,
    Index,
    Key,
    ListOf,
    Literal,
    ObjectOf,
    Ref,
    Slice,
    Unary,
    walk,
    written,
)
from overture.expressions.tree import Test as Is

X, Y = Ref("item", "x"), Ref("item", "y")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("inputs.repo", Ref("inputs", "repo")),
        ("inputs['repo']", Ref("inputs", "repo")),
        ("tasks.a.body", Ref("tasks", "a", "body")),
        ("tasks['a']['body'].x", Key(Ref("tasks", "a", "body"), "x")),
        ("tasks.a", Ref("tasks", "a")),
        ("trigger.body.issue", Key(Ref("trigger", "body"), "issue")),
        ("run.error.task", Key(Ref("run", "error"), "task")),
        ("loop.index", Ref("loop", "index")),
        ("x", X),
        ("x.a['b-c']", Key(Key(X, "a"), "b-c")),
        ("x.items.keys.values", Key(Key(Key(X, "items"), "keys"), "values")),
        ("x[0][-1]", Index(Index(X, Literal(0)), Literal(-1))),
        ("x.0", Index(X, Literal(0))),
        ("x[y]", Index(X, Y)),
        ("x[1:]", Slice(X, Literal(1), None)),
        ("x[:y]", Slice(X, None, Y)),
        ("x[:]", Slice(X, None, None)),
        ("null", Literal(None)),
        ("none", Literal(None)),
        ("[true, false, 1, -1.5, 'a' 'b', \"c\"]", ListOf(tuple(map(Literal, (True, False, 1, -1.5, "ab", "c"))))),
        (
            "{a: 1, 'b': 2, true: 3}",
            ObjectOf(tuple((Literal(k), Literal(v)) for k, v in (("a", 1), ("b", 2), ("true", 3)))),
        ),
        ("{(x): 1}", ObjectOf(((X, Literal(1)),))),
        ("-x", Unary("-", X)),
        ("x + y", Binary("+", X, Y)),
        ("x ~ y ~ 'a'", Binary("~", Binary("~", X, Y), Literal("a"))),
        ("not x or y", Binary("or", Unary("not", X), Y)),
        ("1 < x <= 2", Compare(Literal(1), (("<", X), ("<=", Literal(2))))),
        ("x not in y", Compare(X, (("not in", Y),))),
        ("x is not defined", Is(X, "defined", negated=True)),
        ("not (x is none)", Unary("not", Is(X, "none"))),
        ("x is defined if y else 1", Conditional(Y, Is(X, "defined"), Literal(1))),
        ("x | length > 0", Compare(Filter(X, "length"), ((">", Literal(0)),))),
        ("x | join", Filter(X, "join")),
        (
            "x | sort(reverse=true, attribute='n')",
            Filter(X, "sort", (("attribute", Literal("n")), ("reverse", Literal(True)))),
        ),
        ("x | truncate(n=3)", Filter(X, "truncate", (("length", Literal(3)),))),
        ("x | nonsense(1, b=2)", Filter(X, "nonsense", (("1", Literal(1)), ("b", Literal(2))))),
        ("x | lower(1)", Filter(X, "lower", (("1", Literal(1)),))),
        ("now()", Call("now")),
        ("range(stop=3, start=1)", Call("range", (Literal(1), Literal(3)))),
        ("  x\r\n.\ta ", Key(X, "a")),
    ],
)
def test_the_tree_is_ours(text: str, tree: Expr) -> None:
    assert parse_expression(text) == tree


@pytest.mark.parametrize(
    ("text", "span", "message"),
    [
        ("", (0, 0), "there is no expression here"),
        ("  ", (2, 2), "there is no expression here"),
        ("x if y", (2, 4), "this `if` has no `else`"),
        ("(x) if y", (4, 6), "this `if` has no `else`"),
        ("inputs", (0, 6), "`inputs` alone is no value"),
        ("1 + tasks", (4, 9), "`tasks` alone is no value"),
        ("inputs[x]", (7, 8), "the name after `inputs` must be written out"),
        ("x +", (3, 3), "the expression is not complete"),
        ("x y", (2, 3), "unexpected `y`"),
        ("x = 1", (2, 3), "unexpected `=`"),
        ("x || y", (3, 4), "unexpected `|`"),
        ("x && y", (2, 3), "unexpected `&`"),
        ("!x", (0, 1), "unexpected `!`"),
        ("x ? 1 : 2", (2, 3), "unexpected `?`"),
        ("'abc", (0, 1), "the text that starts here never ends"),
        ("(x", (0, 1), "`(` is never closed"),
        ("(x]", (2, 3), "unexpected `]`"),
        ("x)", (1, 2), "unexpected `)`"),
        ("x, y", (1, 2), "unexpected `,`"),
        ("(x, y)", (0, 6), "a list stands in `[` and `]`"),
        ("x[0:2:1]", (6, 7), "a slice has no step"),
        ("{1: 2}", (1, 2), "a key is a text"),
        ("x.items()", (2, 7), "`items` cannot be called: values have no methods"),
        ("x.upper()", (2, 7), "`upper` cannot be called: values have no methods"),
        ("x | default(*y)", (13, 14), "arguments cannot be spread"),
        ("x | sort(n=1, n=2)", (14, 15), "the argument `n` is given twice"),
        ("x | truncate(3, n=4)", (16, 17), "the argument `n` is given twice"),
        ("range(1, b=2)", (9, 10), "`range` has no argument `b`"),
        ("x is eq 3", (8, 9), "unexpected `3`"),
        ("x is sequence(3)", (13, 14), "a test takes no argument"),
        ("x }} y", (2, 4), "unexpected `}}`"),
        ("{{ x }}", (0, 7), "this field is an expression already"),
        ("'\\x1'", (1, 3), "`\\x` is an incomplete escape"),
        ("'\\ud83d'", (0, 8), "the text holds half of a surrogate pair"),
        ("1e999", (0, 5), "the number is too large"),
    ],
)
def test_what_is_no_expression_is_refused_at_the_smallest_place(text: str, span: tuple[int, int], message: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_expression(text)
    assert (caught.value.span, caught.value.message) == (span, message)


@pytest.mark.parametrize("text", ["x.__class__.__mro__", "x['__class__']", "x.__init__.__globals__", "''.__class__"])
def test_a_hidden_attribute_is_a_key_like_any_other(text: str, worth: object) -> None:
    assert isinstance(parse_expression(text), Key)


@pytest.mark.parametrize(
    "text", ["{% if x %}", "x; y", "lambda: 1", "[i for i in x]", "x := 1", "{# a #}", "x << 2", "x.y = 3"]
)
def test_nothing_but_expressions_is_read(text: str) -> None:
    with pytest.raises(ExpressionSyntaxError):
        parse_expression(text)


def test_escapes_are_python_s_and_a_pattern_keeps_its_backslashes() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse_expression(r"'a\n\t\'\"\\\x41\u00e4\ud83d\ude00\d+\1é\é'") == Literal("a\n\t'\"\\Aä😀\\d+\\1é\\é")


EVERYTHING = (
    "(tasks.find.body['rows'] | selectattr('ok', 'eq', true) | first).name | default('none') ~ loop.index if "
    "not (x.n is not none) and inputs.limit + -x.m * 2 >= range(0, 3)[1] else {key: [now(), x['b-c'][y:2]]}"
)


def test_every_name_key_filter_test_and_number_has_its_own_place() -> None:
    for node in walk(parse_expression(EVERYTHING)):
        start, end = node.span
        assert 0 <= start < end <= len(EVERYTHING)
        match node:
            case Ref():
                assert EVERYTHING[slice(*node.name_span)] == node.name
                assert node.field is None or EVERYTHING[slice(*node.field_span)] == node.field
                assert EVERYTHING[start:end] == written(node)
            case Key():
                assert EVERYTHING[slice(*node.key_span)].strip("'") == node.key
            case Filter() | Is() | Call():
                assert EVERYTHING[slice(*node.name_span)] == node.name
            case Literal(value=int() as value) if not isinstance(value, bool):
                assert EVERYTHING[start:end] == str(value)


def test_the_text_of_each_part_is_that_part() -> None:
    for node in walk(parse_expression(EVERYTHING)):
        if not isinstance(node, Literal):  # a bare key of an object literal is a text only there
            assert parse_expression(EVERYTHING[slice(*node.span)]) == node


def test_an_argument_has_the_place_of_its_name_or_of_its_value() -> None:
    text = "x | sort('n', reverse=true)"
    tree = parse_expression(text)
    assert isinstance(tree, Filter)
    assert [text[slice(*span)] for span in tree.argument_spans] == ["'n'", "reverse"]


def test_brackets_200_deep_are_read_and_201_are_not() -> None:
    limit = sys.getrecursionlimit()
    assert parse_expression("(" * 200 + "1" + ")" * 200) == Literal(1)
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_expression("(" * 201 + "1" + ")" * 201)
    assert caught.value.span == (200, 201)
    assert sys.getrecursionlimit() == limit


@pytest.mark.parametrize(
    ("before", "middle", "after", "least"),
    [
        ("", "x", " + 1", 1),
        ("", "x", " ~ 'a'", 1),
        ("", "x", " | abs", 1),
        ("", "x", ".a", 1),
        ("", "x", "[0]", 1),
        ("not ", "x", "", 1),
        ("[", "1", "]", 1),
        ("1 if x else ", "2", "", 1),
    ],
)
def test_a_tree_is_at_most_200_levels_deep(before: str, middle: str, after: str, least: int) -> None:
    parse_expression(before * (200 - least) + middle + after * (200 - least))
    with pytest.raises(ExpressionSyntaxError, match="more than 200 levels"):
        parse_expression(before * 200 + middle + after * 200)


def test_an_expression_has_at_most_500_operators() -> None:
    parse_expression("[" + "-x," * 500 + "]")
    with pytest.raises(ExpressionSyntaxError, match="more than 500 operators"):
        parse_expression("[" + "-x," * 501 + "]")
