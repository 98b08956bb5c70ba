"""The table of filters, tests and functions: the one place from which reference, checker and evaluator are read.

Names of arguments are Jinja's where Jinja has the filter; the meaning is ours (language.md 3). Each example is run by
the tests. The functions themselves stand in the modules of the same names one floor up.
"""

from __future__ import annotations

from overture.expressions.table import dates, forms, functions, lists, numbers, tests, texts
from overture.expressions.table.rows import REQUIRED, Example, FilterRow, FunctionRow, Parameter, TestRow

__all__ = ["FILTERS", "FUNCTIONS", "REQUIRED", "TESTS", "Example", "FilterRow", "FunctionRow", "Parameter", "TestRow"]

FILTERS: dict[str, FilterRow] = {
    row.name: row for rows in (forms.ROWS, texts.ROWS, numbers.ROWS, lists.ROWS, dates.ROWS) for row in rows
}
TESTS: dict[str, TestRow] = {row.name: row for row in tests.ROWS}
FUNCTIONS: dict[str, FunctionRow] = {row.name: row for row in functions.ROWS}
