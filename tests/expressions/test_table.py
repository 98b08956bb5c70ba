"""The table: every row is documented by examples that are true."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from overture.expressions import table
from overture.expressions.evaluation import ExpressionError, evaluate
from overture.expressions.inference import infer
from overture.expressions.parsing import parse_expression
from overture.expressions.schemas import is_assignable, type_of_value
from overture.expressions.values import equal

ROWS: list[Any] = [*table.FILTERS.values(), *table.TESTS.values(), *table.FUNCTIONS.values()]
EXAMPLES = [pytest.param(row, example, id=example.expression) for row in ROWS for example in row.examples]

LANGUAGE = """
default length first last join split lines lower upper title trim replace truncate round fixed abs int float string
tojson fromjson tocsv fromcsv sort unique sum min max reverse map select reject selectattr rejectattr groupby
indexby combine keys values flatten batch date date_add date_diff urlencode base64encode base64decode sha256 slugify
escape matches extract regex_replace
"""


def test_the_table_has_what_the_language_names_and_nothing_else() -> None:
    assert set(table.FILTERS) == set(LANGUAGE.split())
    assert set(table.FUNCTIONS) == {"now", "range"}
    assert {name for name, row in table.TESTS.items() if row.is_test} == {
        *("defined", "none", "string", "number", "boolean", "sequence", "mapping", "empty")
    }
    assert {name for name, row in table.TESTS.items() if row.is_word} == {
        *("eq", "ne", "lt", "le", "gt", "ge", "in", "defined", "none")
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_has_a_meaning_and_an_example(row: Any) -> None:
    assert row.examples
    assert row.meaning[0].islower() or row.meaning.startswith("CSV")
    assert not row.meaning.endswith(".")
    assert any(re.search(rf"\b{row.name}\b", example.expression) for example in row.examples)


@pytest.mark.parametrize(("row", "example"), EXAMPLES)
def test_every_example_is_true(row: Any, example: Any, names: Any) -> None:
    tree = parse_expression(example.expression)
    if example.error is None:
        assert equal(evaluate(tree, names(dict(example.data))), example.result)
        return
    with pytest.raises(ExpressionError) as caught:
        evaluate(tree, names(dict(example.data)))
    assert caught.value.message == example.error


@pytest.mark.parametrize(("row", "example"), EXAMPLES)
def test_the_type_of_an_example_is_that_of_its_result(row: Any, example: Any, names: Any) -> None:
    types = {name: type_of_value(value) for name, value in example.data.items()}
    found = infer(parse_expression(example.expression), names({}, types))
    if example.error is None:
        assert is_assignable(type_of_value(example.result), found.tree.type)


@pytest.mark.parametrize("row", table.FILTERS.values(), ids=lambda row: row.name)
def test_a_filter_s_function_takes_its_subject_and_its_parameters(row: Any) -> None:
    try:
        takes = len(inspect.signature(row.evaluate).parameters)
    except ValueError:
        pytest.fail(f"{row.name} has no signature")
    assert takes == 1 + len(row.parameters)


def test_required_parameters_stand_before_the_others() -> None:
    for row in ROWS:
        required = [each.is_required for each in getattr(row, "parameters", ())]
        assert required == sorted(required, reverse=True)


def test_nothing_here_imports_the_floors_above() -> None:
    source = Path(inspect.getfile(table)).parent.parent
    for module in source.rglob("*.py"):
        text = module.read_text()
        assert not re.search(r"^\s*(from|import) (yaml|pydantic|overture\.(?!expressions))", text, re.MULTILINE), module
        assert len(text.splitlines()) <= 500, module
