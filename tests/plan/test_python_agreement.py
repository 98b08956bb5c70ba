"""Whatever the tree, its types and the data: written Python has the evaluator's value, or refuses with it."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overture.expressions.evaluation import MISSING, ExpressionError, evaluate
from overture.expressions.findings import Lookup
from overture.expressions.inference import infer
from overture.expressions.schemas import type_of_value, union
from overture.expressions.table import FILTERS, TESTS
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
    Template,
    Unary,
)
from overture.expressions.tree import Test as Is
from overture.expressions.types import ANY, Json, Type
from overture.plan.python_source import Names, helper_sources, python_expression
from overture.plan.python_values import settled

NOW = "2026-01-31T09:00:00Z"
REFUSALS = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, re.error, csv.Error)

keys = st.sampled_from(["a", "b", "k"])
numbers = st.one_of(st.integers(-3, 4), st.sampled_from([2**53, 2**63 - 1, -(2**63), 2**65, 0.5, -1.5, -0.0, 1e300]))
words = ["", "a", "b", "k", "a,b", "12", "1.5", "2026-01-31", NOW, "{}", "[1]", "YQ==", "%Y", "ä'\"\\{}", "two\nlines"]
texts = st.one_of(st.sampled_from(words), st.text(max_size=3))
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
data = st.recursive(
    scalars, lambda part: st.lists(part, max_size=3) | st.dictionaries(keys, part, max_size=3), max_leaves=6
)
names = st.sampled_from(["x", "y"])
constants: dict[str, st.SearchStrategy[Json]] = {
    "attribute": st.sampled_from(["a", "b", "a.b"]),
    "test": st.sampled_from([name for name, row in TESTS.items() if row.is_word]),
    "pattern": st.sampled_from(["a", "(b)?a*", "[0-9]+$", r"\w+", "(?=a)"]),
    "format": st.sampled_from(["%Y-%m-%d", "%H:%M:%S.%f %j %a %b %z", "x"]),
    "unit": st.sampled_from(["seconds", "hours", "days", "weeks", "months", "years", "moons"]),
    "tz": st.sampled_from(["Europe/Berlin", "UTC", "Mars"]),
}
leaves: st.SearchStrategy[Expr] = st.builds(Literal, scalars) | st.builds(lambda name: Ref("item", name), names)


@st.composite
def filtered(draw: st.DrawFn, part: st.SearchStrategy[Expr]) -> Expr:
    row = FILTERS[draw(st.sampled_from(sorted(FILTERS)))]
    given_ones: list[tuple[str, Expr]] = []
    for parameter in row.parameters:
        if parameter.is_required or draw(st.booleans()):
            # a computed pattern is not known to be one that all engines share
            is_constant = parameter.name in constants and (parameter.name == "pattern" or draw(st.integers(0, 4)) > 0)
            value = Literal(draw(constants[parameter.name])) if is_constant else draw(part)
            given_ones.append((parameter.name, value))
    return Filter(draw(part), row.name, tuple(given_ones))


def larger(part: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    tests = st.sampled_from([name for name, row in TESTS.items() if row.is_test])
    comparisons = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in"])
    entries = st.tuples(st.builds(Literal, keys) | part, part)
    maybe = st.none() | part
    return st.one_of(
        st.builds(Key, part, keys),
        st.builds(Index, part, part),
        st.builds(Slice, part, maybe, maybe),
        st.builds(Unary, st.sampled_from(["-", "+", "not"]), part),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "~", "and", "or"]), part, part),
        st.builds(Compare, part, st.lists(st.tuples(comparisons, part), min_size=1, max_size=2).map(tuple)),
        st.builds(Conditional, part, part, part),
        st.builds(Is, part, tests, st.booleans()),
        st.builds(lambda start, stop: Call("range", (start, stop)), part, part),
        st.builds(ListOf, st.lists(part, max_size=3).map(tuple)),
        st.builds(ObjectOf, st.lists(entries, max_size=2).map(tuple)),
        st.builds(Template, st.lists(part, max_size=3).map(tuple)),
        filtered(part),
        filtered(part),
    )


trees = st.recursive(leaves, larger, max_leaves=6)


class World:
    """What is known of the names of one try."""

    def __init__(self, types: Mapping[str, Type]) -> None:
        self.types = types

    def lookup(self, ref: Ref) -> Lookup:
        return Lookup(self.types[ref.name])


class Source(Names):
    def read(self, ref: Ref) -> str:
        return f'data["{ref.name}"]'


class Scope:
    def __init__(self, values: Mapping[str, Json]) -> None:
        self.values = values

    def read(self, ref: Ref) -> Any:
        return self.values.get(ref.name, MISSING)

    def now(self) -> str:
        return NOW


def known(draw: Any, value: Json) -> Type:
    """A type that the value has: exactly its own, wider, or anything."""
    width = draw(st.integers(0, 3))
    if width == 3:
        return ANY
    found = type_of_value(value)
    for _ in range(width):
        found = union(found, type_of_value(settled(draw(data))))
    return found


@pytest.mark.filterwarnings("ignore::SyntaxWarning")  # `0[1]` and its like, which the checker refuses
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data(), trees)
def test_written_python_means_what_the_evaluator_means(choice: st.DataObject, tree: Expr) -> None:
    values = {name: settled(choice.draw(data)) for name in ("x", "y")}
    world = World({name: known(choice.draw, value) for name, value in values.items()})
    typed = infer(tree, world).tree
    code = python_expression(typed, Source())
    space: dict[str, Any] = {"data": values}
    exec(compile(helper_sources(code.helpers, code.imports), "<helpers>", "exec"), space)
    refusal: Exception | None = None
    found = None
    try:
        found = eval(compile(code.text, "<expression>", "eval"), space)
    except REFUSALS as error:
        refusal = error
    try:
        wanted = evaluate(typed, Scope(values))
    except ExpressionError as error:
        assert refusal is not None, f"{code.text} is {found!r}, but has no value: {error.message}"
        return
    assert refusal is None, f"{code.text} raised {refusal!r} instead of {wanted!r}"
    assert repr(found) == repr(wanted), code.text
