"""Whatever the tree and whatever the data: a value, or one error; and the type that was inferred holds it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overture.expressions.evaluation import ExpressionError, evaluate, render
from overture.expressions.inference import infer
from overture.expressions.narrowing import facts_from
from overture.expressions.parsing import ExpressionSyntaxError, parse_expression, parse_template, parse_value
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
    Text,
    Unary,
    walk,
)
from overture.expressions.tree import Test as Is
from overture.expressions.types import ANY, Json, Type, kind_of
from overture.expressions.values import equal, identity

KEYS = st.sampled_from(["a", "b", "c", "key", "items"])
NUMBERS = st.one_of(
    st.integers(-3, 4),
    st.sampled_from([2**53, 2**53 + 1, 2**63 - 1, -(2**63), 2**70, 0.5, -1.5, 2.0, -0.0, 1e16, 1e308, 5e-324]),
)
TEXTS = st.one_of(
    st.sampled_from(
        ["", "a", "b", "key", "a,b", "1", "1.5", "2026-01-31", "2026-01-31T09:00:00Z", "{}", "YQ==", "%Y", "😀"]
    ),
    st.text(max_size=4),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
DATA = st.recursive(
    SCALARS, lambda part: st.one_of(st.lists(part, max_size=4), st.dictionaries(KEYS, part, max_size=4)), max_leaves=8
)
NAMES = ("x", "y", "z")

LEAVES: st.SearchStrategy[Expr] = st.one_of(
    st.builds(Literal, SCALARS), st.builds(lambda name: Ref("item", name), st.sampled_from(NAMES))
)

CONSTANTS = {
    "attribute": st.sampled_from(["a", "b", "a.b", "key"]),
    "test": st.sampled_from([name for name, row in TESTS.items() if row.is_word]),
    "pattern": st.sampled_from(["a", "(b)?a*", "[0-9]+", "(?=a)", "("]),
    "format": st.sampled_from(["%Y-%m-%d", "%H:%M:%S.%f %j %a %b %z", "x"]),
    "unit": st.sampled_from(["seconds", "days", "months", "years", "moons"]),
    "tz": st.sampled_from(["Europe/Berlin", "UTC", "Mars"]),
    "linecount": st.integers(-1, 3),
}


@st.composite
def filters(draw: st.DrawFn, part: st.SearchStrategy[Expr]) -> Expr:
    row = FILTERS[draw(st.sampled_from(sorted(FILTERS)))]
    arguments = []
    for parameter in row.parameters:
        if parameter.is_required or draw(st.booleans()):
            is_constant = parameter.name in CONSTANTS and draw(st.integers(0, 5)) > 0
            value: Expr = Literal(draw(CONSTANTS[parameter.name])) if is_constant else draw(part)
            arguments.append((parameter.name, value))
    return Filter(draw(part), row.name, tuple(arguments))


def extend(part: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    comparison = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in"])
    operator = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "~", "and", "or"])
    tests = st.sampled_from([name for name, row in TESTS.items() if row.is_test])
    links = st.lists(st.tuples(comparison, part), min_size=1, max_size=2).map(tuple)
    entries = st.lists(st.tuples(st.one_of(st.builds(Literal, KEYS), part), part), max_size=3).map(tuple)
    signed = part.filter(lambda tree: not isinstance(tree, Literal))
    return st.one_of(
        filters(part),
        st.builds(Key, part, KEYS),
        st.builds(Index, part, st.one_of(part, st.builds(Literal, st.integers(-2, 2)))),
        st.builds(Slice, part, st.none() | part, st.none() | part),
        st.builds(Unary, st.sampled_from(["-", "+", "not"]), signed),
        st.builds(Binary, operator, part, part),
        st.builds(Compare, part, links),
        st.builds(Conditional, part, part, part),
        st.builds(Is, part, tests, st.booleans()),
        st.builds(lambda start, stop: Call("range", (start, stop)), part, part),
        st.just(Call("now")),
        st.builds(ListOf, st.lists(part, max_size=3).map(tuple)),
        st.builds(ObjectOf, entries),
    )


TREES = st.recursive(LEAVES, extend, max_leaves=12)
VALUES = st.fixed_dictionaries({name: DATA for name in NAMES})

# `**` and `range` are bounded, not small: the few examples that build a long list may take their time.
often = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def holds(found: Type, value: Json) -> str | None:
    """Why a value is not of a type, None if it is."""
    if not found.may_be(kind_of(value)) and not (kind_of(value) == "integer" and found.may_be("number")):
        return f"{value!r} is not of {set(found.kinds)}"
    if found.values is not None and not any(equal(value, each) for each in found.values):
        return f"{value!r} is none of {found.values!r}"
    if isinstance(value, dict):
        if lacking := found.required - value.keys():
            return f"{lacking} is missing"
        for key, part in value.items():
            if (problem := holds(found.at(key), part)) is not None:
                return f"{key}: {problem}"
    if isinstance(value, list):
        if len(value) < found.min_items or (found.max_items is not None and len(value) > found.max_items):
            return f"{len(value)} items"
        if found.distinct and len({identity(part) for part in value}) < len(value):
            return f"{value!r} are not distinct"
        for part in value:
            if (problem := holds(found.item, part)) is not None:
                return problem
    return None


@often
@given(tree=TREES, values=VALUES)
def test_every_tree_has_a_value_or_one_error(tree: Expr, values: dict[str, Json], names: Any) -> None:
    try:
        value = evaluate(tree, names(values))
    except ExpressionError as error:
        assert error.message
        assert error.message[0] in "`'" or not error.message[0].isupper()
    else:
        assert kind_of(value)


@often
@given(tree=TREES, values=VALUES, others=VALUES)
def test_the_inferred_type_holds_the_value(
    tree: Expr, values: dict[str, Json], others: dict[str, Json], names: Any
) -> None:
    types = {name: union(type_of_value(values[name]), type_of_value(others[name])) for name in NAMES}
    found = infer(tree, names({}, types))
    assert found.tree == tree
    for chosen in (values, others):
        try:
            value = evaluate(tree, names(chosen))
        except ExpressionError:
            continue
        assert holds(found.tree.type, value) is None


@often
@given(tree=TREES, values=VALUES)
def test_what_is_certainly_wrong_has_no_value(tree: Expr, values: dict[str, Json], names: Any) -> None:
    """Of a tree without choices: a finding that is certain means an error, for these very data."""
    lazy = (Conditional, Compare)
    if any(isinstance(node, lazy) or (isinstance(node, Binary) and node.op in ("and", "or")) for node in walk(tree)):
        return
    if any(isinstance(node, Filter) and node.name == "default" for node in walk(tree)):
        return
    found = infer(tree, names({}, {name: type_of_value(values[name]) for name in NAMES}))
    certain = {"type-mismatch", "not-boolean", "constant-overflow", "division-by-zero"}
    if any(finding.rule in certain and not _is_of_items(finding.message) for finding in found.findings):
        with pytest.raises(ExpressionError):
            evaluate(tree, names(values))


def _is_of_items(message: str) -> bool:
    """What is said of a list's items says nothing of an empty list."""
    return "list" in message or "order" in message or "item" in message


@often
@given(condition=TREES, tree=TREES, values=VALUES)
def test_a_fact_is_true_of_the_data_that_gave_it(
    condition: Expr, tree: Expr, values: dict[str, Json], names: Any
) -> None:
    scope = names(values)
    try:
        truth = evaluate(condition, scope)
    except ExpressionError:
        return
    if not isinstance(truth, bool):
        return
    facts = facts_from(condition, truth)
    for path, fact in facts.known.items():
        if any(isinstance(node, Call) for node in walk(path)):
            continue
        if isinstance(path, Key) and not isinstance(evaluate(path.of, scope), dict):
            continue  # `'a' in x` speaks of a key only where x is an object
        value = evaluate(path, scope)
        assert kind_of(value) in fact.kinds or (kind_of(value) == "integer" and "number" in fact.kinds)
        assert fact.values is None or any(equal(value, each) for each in fact.values)
        assert not any(equal(value, each) for each in fact.excluded)
        assert not isinstance(value, list) or len(value) >= fact.min_items
    found = infer(tree, names({}, {name: ANY for name in NAMES}), facts)
    try:
        value = evaluate(tree, scope)
    except ExpressionError:
        return
    assert holds(found.tree.type, value) is None


@often
@given(st.text(max_size=30) | st.text(alphabet="xy.[](){}|'\"01+-*/%~<>=!, abnotisferl\\\n", max_size=30))
def test_every_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    for read in (parse_expression, lambda given: parse_template(given, keeps_type=True), _parse_inside):
        try:
            read(text)
        except ExpressionSyntaxError as error:
            start, end = error.span
            assert 0 <= start <= end <= len(text) + 6
            assert error.message


def _parse_inside(text: str) -> Expr:
    return parse_template("{{ " + text + " }}", keeps_type=False)


@often
@given(value=DATA)
def test_a_literal_value_is_its_own_tree(value: Json, names: Any) -> None:
    tree, findings = parse_value(value)
    if not findings and not any(isinstance(node, Text) for node in walk(tree)):
        assert equal(evaluate(tree, names()), value)


def written(tree: Expr) -> str:
    """The text of a tree, with all its parentheses."""
    match tree:
        case Literal(value=str(text)):
            escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\r", "\\r")
            return f"'{escaped}'"
        case Literal(value=value):
            return (
                {None: "null", True: "true", False: "false"}[value]
                if value is None or value is True or value is False
                else repr(value)
            )
        case Ref():
            return tree.name
        case Key():
            return f"({written(tree.of)}).{tree.key}"
        case Index():
            return f"({written(tree.of)})[({written(tree.index)})]"
        case Slice():
            start, stop = ("" if each is None else f"({written(each)})" for each in (tree.start, tree.stop))
            return f"({written(tree.of)})[{start}:{stop}]"
        case Unary():
            return f"{tree.op} ({written(tree.operand)})"
        case Binary():
            return f"({written(tree.left)}) {tree.op} ({written(tree.right)})"
        case Compare():
            return f"({written(tree.first)})" + "".join(f" {op} ({written(each)})" for op, each in tree.rest)
        case Conditional():
            return f"({written(tree.then)}) if ({written(tree.condition)}) else ({written(tree.otherwise)})"
        case Filter():
            arguments = ", ".join(f"{name}=({written(value)})" for name, value in tree.arguments)
            return f"({written(tree.of)}) | {tree.name}({arguments})"
        case Is():
            return f"({written(tree.of)}) is {'not ' * tree.negated}{tree.name}"
        case Call():
            return f"{tree.name}({', '.join(written(each) for each in tree.arguments)})"
        case ListOf():
            return f"[{', '.join(written(each) for each in tree.items)}]"
        case ObjectOf():
            return "{" + ", ".join(f"({written(key)}): {written(value)}" for key, value in tree.entries) + "}"
        case _:
            raise AssertionError(tree)


def _can_be_written(tree: Expr) -> bool:
    """`a[('k')]` is a key, whatever the tree calls it, and a key that is written out is a text."""
    for node in walk(tree):
        if isinstance(node, Index) and isinstance(node.index, Literal) and isinstance(node.index.value, str):
            return False
        if isinstance(node, ObjectOf):
            written_out = [key.value for key, _ in node.entries if isinstance(key, Literal)]
            if not all(isinstance(key, str) for key in written_out):
                return False
    return True


@often
@given(TREES.filter(_can_be_written))
def test_what_is_written_is_read_again(tree: Expr) -> None:
    try:
        text = written(tree)
        found = parse_expression(text)
    except ExpressionSyntaxError as error:
        assert "half of a surrogate pair" in error.message
        return
    assert found == tree
    for node in walk(found):
        part = text[slice(*node.span)]
        assert part
        if not isinstance(node, Literal):
            assert parse_expression(part) == node


@often
@given(parts=st.lists(TEXTS | DATA, max_size=4))
def test_a_template_is_its_parts_rendered(parts: list[Json], names: Any) -> None:
    values = {f"n{number}": part for number, part in enumerate(parts)}
    text = "".join(f"<{{{{ {name} }}}}>" for name in values)
    tree = parse_template(text, keeps_type=False)
    assert isinstance(tree, (Template, Literal))
    assert evaluate(tree, names(values)) == "".join(f"<{render(part)}>" for part in parts)
