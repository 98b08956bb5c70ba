"""Tests, and the words of `select` and its kin."""

from __future__ import annotations

from overture.expressions.table.rows import Example, TestRow
from overture.expressions.table.subjects import SIZED
from overture.expressions.types import ANY
from overture.expressions.values import MISSING, is_number

ROWS: tuple[TestRow, ...] = (
    TestRow(
        "defined",
        ANY,
        "is there, at every depth of the path before it; null is there",
        (
            Example("x.a.b is defined", {"x": {}}, False),
            Example("x.a is defined", {"x": {"a": None}}, True),
        ),
        lambda value: value is not MISSING,
        is_word=True,
    ),
    TestRow(
        "none",
        ANY,
        "is null",
        (Example("x is not none", {"x": 0}, True),),
        lambda value: value is None,
        frozenset(("null",)),
        is_word=True,
    ),
    TestRow(
        "string",
        ANY,
        "is a text",
        (Example("x is string", {"x": ""}, True),),
        lambda value: isinstance(value, str),
        frozenset(("string",)),
    ),
    TestRow(
        "number",
        ANY,
        "is a number",
        (Example("x is number", {"x": True}, False),),
        is_number,
        frozenset(("number",)),
    ),
    TestRow(
        "boolean",
        ANY,
        "is true or false",
        (Example("x is boolean", {"x": True}, True),),
        lambda value: isinstance(value, bool),
        frozenset(("boolean",)),
    ),
    TestRow(
        "sequence",
        ANY,
        "is a list",
        (Example("x is sequence", {"x": "text"}, False),),
        lambda value: isinstance(value, (list, tuple)),
        frozenset(("array",)),
    ),
    TestRow(
        "mapping",
        ANY,
        "is an object",
        (Example("x is mapping", {"x": {}}, True),),
        lambda value: isinstance(value, dict),
        frozenset(("object",)),
    ),
    TestRow(
        "empty",
        SIZED,
        "has no character, item or key",
        (
            Example("x is empty", {"x": []}, True),
            Example("x is not empty", {"x": " "}, True),
        ),
        lambda value: len(value) == 0,
    ),
    *(
        TestRow(
            word,
            ANY,
            f"as a word of `select` and its kin: the item `{sign}` the value",
            (Example(f"[1, 2, 3] | select('{word}', {value})", {}, result),),
            is_word=True,
            takes_value=True,
        )
        for word, sign, value, result in (
            ("eq", "==", "2", [2]),
            ("ne", "!=", "2", [1, 3]),
            ("lt", "<", "2", [1]),
            ("le", "<=", "2", [1, 2]),
            ("gt", ">", "2", [3]),
            ("ge", ">=", "2", [2, 3]),
            ("in", "in", "[3, 4]", [3]),
        )
    ),
)
