"""Filters that work on numbers."""

from __future__ import annotations

from overture.expressions import numbers
from overture.expressions.table import results
from overture.expressions.table.results import always
from overture.expressions.table.rows import Example, FilterRow, Parameter
from overture.expressions.table.subjects import NUMERIC_TEXT
from overture.expressions.types import INTEGER, NUMBER, STRING

ROWS: tuple[FilterRow, ...] = (
    FilterRow(
        "round",
        NUMBER,
        (Parameter("precision", INTEGER, 0),),
        results.rounded,
        "to so many decimals, half to even",
        numbers.rounded,
        (
            Example("2.5 | round", {}, 2),
            Example("1.255 | round(1)", {}, 1.3),
            Example("150 | round(-2)", {}, 200),
        ),
    ),
    FilterRow(
        "fixed",
        NUMBER,
        (Parameter("decimals", INTEGER, aliases=("n",)),),
        always(STRING),
        "as a text with exactly so many decimals",
        numbers.fixed,
        (
            Example("3 | fixed(2)", {}, "3.00"),
            Example("-0.001 | fixed(2)", {}, "0.00"),
            Example("2.5 | fixed(0)", {}, "2"),
        ),
    ),
    FilterRow(
        "abs",
        NUMBER,
        (),
        results.numbered,
        "without its sign",
        numbers.absolute,
        (
            Example("-3 | abs", {}, 3),
            Example("(0 - x) | abs", {"x": 1.5}, 1.5),
        ),
    ),
    FilterRow(
        "int",
        NUMERIC_TEXT,
        (),
        always(INTEGER),
        "a number cut off towards zero, or the integer that a text of digits writes",
        numbers.integer,
        (
            Example("-1.9 | int", {}, -1),
            Example("'007' | int", {}, 7),
            Example("'1.5' | int", {}, error="`1.5` is no integer"),
        ),
    ),
    FilterRow(
        "float",
        NUMERIC_TEXT,
        (),
        always(NUMBER),
        "the number that a text writes",
        numbers.double,
        (
            Example("'1.50' | float", {}, 1.5),
            Example("'1e3' | float", {}, 1000),
            Example("'' | float", {}, error="`` is no number"),
        ),
    ),
)
