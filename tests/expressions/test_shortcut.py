"""The short cut reads what it reads exactly as Jinja's parser does: the same trees, each part at the same place."""

from __future__ import annotations

import random
from dataclasses import fields
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from overture.expressions.conversion import expression_of
from overture.expressions.parsing import parse_template
from overture.expressions.shortcut import expression_at
from overture.expressions.table import FILTERS, FUNCTIONS, TESTS
from overture.expressions.tokens import tokens_of
from overture.expressions.tree import Node

COMMON = [
    "inputs.repo",
    "tasks.issues.body",
    "tasks.count.found > 10",
    "tasks.t1.x + 1",
    "not tasks.a.failed and (inputs.n - 1) * 2 <= 7 or x is not none",
    "tasks.a.body[0]['some key'].title | default('none') | upper",
    "issue.labels | selectattr('name', 'eq', inputs.label) | map(attribute='id') | join(', ')",
    "{number: issue.number, 'the label': tasks.label.value.label}",
    "x in ['a', \"b\"] and y not in [1, -2, null]",
    "a if b is defined else c if d else e",
    "x[1:] | truncate(20, end='…')",
    "now() | date('%Y-%m-%d', tz='Europe/Berlin')",
    "range(0, inputs.n)",
    "tasks.a.body[-1][i].x[:2]",
]
"""What people write: none of it is left to Jinja."""

WORDS = (
    *("a", "b1", "_x", "items", "inputs", "tasks", "loop", "run", "tasks.a", "tasks.a.b", "inputs.n", "run.id", "é"),
    *("null", "none", "None", "true", "False", "not", "and", "or", "in", "is", "if", "else", "is not", "not in"),
    *("0", "1", "7_0", "12345678901234567890", "1.5", "1e3", "0x1f", "007", "2.", ".5"),
    *("''", "'a'", '"b c"', "'\\n'", "'it\\'s'", '"{{"', "'}}'", "'é'", "'"),
    *("+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "|", ".", ",", ":", "=", ";", "!"),
    *("(", ")", "[", "]", "{", "}", "{{", "}}", "&", "\\", "\r", "\n", "\t", "\u00a0", "\u2003", "\x1f"),
    *(name for rows in (FILTERS, TESTS, FUNCTIONS) for name in rows),
    *("| default(", "| length", "is defined", "| truncate(3, end='x')", "| map(attribute=", "now()", "range(1, 2)"),
)

numbers = st.integers(0, 10**19).map(str) | st.sampled_from(("0", "1", "1.5", "0x10", "1_000"))
texts = st.text(" ab{}[]()|.'é\\\n", max_size=4).map(repr) | st.sampled_from(("''", '"a b"', "'%Y'"))
names = st.sampled_from(("a", "b", "tasks.a", "tasks.a.body", "inputs.n", "run.id", "loop.index", "secrets.KEY"))
constants = st.sampled_from(("null", "none", "true", "false", "True", "None"))
_BINARY = ("+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or")


def _by_name(name: str, values: list[str]) -> str:
    """A filter with its arguments given by name."""
    given = zip(FILTERS[name].parameters, values, strict=False)
    return f"{name}({', '.join(f'{each.name}={value}' for each, value in given)})"


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    spaces = st.sampled_from((" ", "", "  ", "\n"))
    calls = st.sampled_from(sorted(FILTERS)).flatmap(
        lambda name: st.lists(inner, max_size=2).map(lambda given: f"{name}({', '.join(given)})" if given else name)
    )
    named = st.builds(_by_name, st.sampled_from(sorted(FILTERS)), st.lists(inner, min_size=2, max_size=2))
    return st.one_of(
        st.builds(
            lambda a, s, op, b: f"{a} {op}{s}{b}" if op.isalpha() or " " in op else f"{a}{s}{op}{s}{b}",
            inner,
            spaces,
            st.sampled_from(_BINARY),
            inner,
        ),
        st.builds("{} if {} else {}".format, inner, inner, inner),
        st.builds("({}{})".format, inner, spaces),
        st.builds("{}{}".format, st.sampled_from(("-", "+", "not ", "- ")), inner),
        st.builds("{}{}|{}{}".format, inner, spaces, spaces, calls | named),
        st.builds("{} is {}{}".format, inner, st.sampled_from(("", "not ")), st.sampled_from(sorted(TESTS))),
        st.builds("{}.{}".format, inner, st.sampled_from(("a", "items", "not", "é"))),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("{}[{}:{}]".format, inner, inner | st.just(""), inner | st.just("")),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(inner, max_size=2).map(lambda items: f"[{''.join(f'{item},' for item in items)}]"),
        st.lists(st.tuples(st.sampled_from(("a", "inputs", "'k'", "null", "(a)", "1")), inner), max_size=2).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        ),
        st.builds("range({}, {})".format, inner, inner),
    )


expressions = st.recursive(numbers | texts | names | constants, _larger, max_leaves=12)


def shown(tree: object) -> object:
    """A tree with all that it says, places included."""
    if isinstance(tree, Node):
        return (type(tree).__name__, *((each.name, shown(getattr(tree, each.name))) for each in fields(tree)))
    if isinstance(tree, tuple):
        return tuple(shown(part) for part in tree)
    return (type(tree).__name__, tree)


def agree(text: str) -> bool:
    """Holds the short cut against Jinja. Gives whether it was taken."""
    start, end = 3, 3 + len(text)
    short = expression_at(f"{{{{ {text}}}}}", start, end)
    if short is None:
        return False
    assert shown(short) == shown(expression_of(tokens_of(text, start), end))
    return True


@pytest.mark.parametrize("text", COMMON)
def test_what_people_write_takes_the_short_cut(text: str) -> None:
    assert agree(text)


@given(expressions)
@settings(max_examples=2000, deadline=None)
@example("-1 | abs")
@example("- -1")
@example("(tasks.a).b")
@example("tasks['a']['b']")
@example("x | default(a=(1))")
def test_generated_expressions_are_read_alike(text: str) -> None:
    agree(text)


@given(st.lists(st.sampled_from(WORDS), max_size=12), st.integers(0, 2**32))
@settings(max_examples=3000, deadline=None)
def test_any_words_in_a_row_are_read_alike(words: list[str], seed: int) -> None:
    choose = random.Random(seed)
    agree("".join(word + choose.choice(("", " ", " ")) for word in words))


def test_all_short_rows_of_words_are_read_alike() -> None:
    few = (
        "a",
        "tasks.a",
        "inputs",
        "1",
        "'a'",
        "-",
        "+",
        "|",
        "upper",
        "is",
        "not",
        "none",
        ".",
        "(",
        ")",
        "[",
        "]",
        "if",
    )
    taken = sum(agree(" ".join(words)) for length in (1, 2, 3, 4) for words in product(few, repeat=length))
    assert taken > 1000


def test_templates_of_common_expressions_end_where_they_end() -> None:
    for text in COMMON:
        assert parse_template("{{ " + text + " }}", keeps_type=True).span[0] == 3
