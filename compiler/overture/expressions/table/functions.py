"""Functions."""

from __future__ import annotations

from overture.expressions import lists
from overture.expressions.table import results
from overture.expressions.table.results import always
from overture.expressions.table.rows import Example, FunctionRow, Parameter
from overture.expressions.table.subjects import DATE
from overture.expressions.types import INTEGER

ROWS: tuple[FunctionRow, ...] = (
    FunctionRow(
        "now",
        (),
        always(DATE),
        "the time at which it is read, in UTC",
        None,
        (Example("now()", {}, "2026-01-31T09:00:00Z"),),
    ),
    FunctionRow(
        "range",
        (Parameter("start", INTEGER), Parameter("stop", INTEGER)),
        results.counted,
        "the integers from `start` up to before `stop`",
        lists.count_up,
        (Example("range(1, 4)", {}, [1, 2, 3]),),
    ),
)
