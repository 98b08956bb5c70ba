"""Filters that work on lists."""

from __future__ import annotations

from overture.expressions import lists
from overture.expressions.table import results
from overture.expressions.table.results import always
from overture.expressions.table.rows import Example, FilterRow, Parameter
from overture.expressions.table.subjects import LIST, SEQUENCE, SIZED
from overture.expressions.types import ANY, BOOLEAN, INTEGER, NUMBER, STRING, Json, list_of
from overture.expressions.values import MISSING

WORDS = (*lists.WORDS, "defined", "none")


def _word_problem(word: Json) -> str | None:
    return None if word in WORDS else f"there is no test `{word}`: there is {', '.join(WORDS)}"


def _size_problem(size: Json) -> str | None:
    return None if size >= 1 else "a batch holds at least one item"


_ATTRIBUTE = Parameter("attribute", STRING, is_attribute=True)
_MAYBE_ATTRIBUTE = Parameter("attribute", STRING, None, is_attribute=True)
_TEST = Parameter("test", STRING, None, _word_problem)
_VALUE = Parameter("value", ANY, MISSING)

_ROWS = [{"n": 2, "k": "b"}, {"n": 1, "k": "a"}, {"n": 3, "k": "a"}]

ROWS: tuple[FilterRow, ...] = (
    FilterRow(
        "length",
        SIZED,
        (),
        always(INTEGER),
        "the number of characters, items or keys",
        lists.length,
        (
            Example("'😀' | length", {}, 1),
            Example("x | length", {"x": {"a": 1}}, 1),
        ),
    ),
    FilterRow(
        "first",
        SEQUENCE,
        (),
        results.item,
        "the first item or character; of nothing it is missing",
        lists.first,
        (
            Example("[2, 3] | first", {}, 2),
            Example("x | first | default('none')", {"x": []}, "none"),
        ),
    ),
    FilterRow(
        "last",
        SEQUENCE,
        (),
        results.item,
        "the last item or character; of nothing it is missing",
        lists.last,
        (
            Example("[2, 3] | last", {}, 3),
            Example("x | last", {"x": []}, error="`last` of nothing"),
        ),
    ),
    FilterRow(
        "sort",
        LIST,
        (_MAYBE_ATTRIBUTE, Parameter("reverse", BOOLEAN, False)),
        results.same_items,
        "in order: numbers, texts by code point, or booleans; equal ones stay as they were",
        lists.sort,
        (
            Example("[3, 1.5, 2] | sort", {}, [1.5, 2, 3]),
            Example("x | sort(attribute='k') | map(attribute='n')", {"x": _ROWS}, [1, 3, 2]),
            Example("x | sort('n', reverse=true) | map(attribute='n')", {"x": _ROWS}, [3, 2, 1]),
            Example("[1, 'a'] | sort", {}, error="values of different kinds have no order: number, string"),
        ),
    ),
    FilterRow(
        "unique",
        LIST,
        (),
        results.distinct_items,
        "the first of equal items",
        lists.unique,
        (Example("x | unique", {"x": [1, 1.0, "1", True, {"a": 1}, {"a": 1.0}]}, [1, "1", True, {"a": 1}]),),
    ),
    FilterRow(
        "sum",
        list_of(NUMBER),
        (),
        results.summed,
        "all numbers added up, from left to right; of nothing 0",
        lists.total,
        (
            Example("[1, 2.5] | sum", {}, 3.5),
            Example("x | sum", {"x": []}, 0),
        ),
    ),
    FilterRow(
        "min",
        LIST,
        (),
        results.item,
        "the least number or text; of nothing an error",
        lists.least,
        (
            Example("[3, 1, 2] | min", {}, 1),
            Example("x | min", {"x": []}, error="the list is empty"),
        ),
    ),
    FilterRow(
        "max",
        LIST,
        (),
        results.item,
        "the greatest number or text; of nothing an error",
        lists.greatest,
        (Example("['a', 'c', 'b'] | max", {}, "c"),),
    ),
    FilterRow(
        "reverse",
        SEQUENCE,
        (),
        results.turned,
        "from the end to the beginning",
        lists.reverse,
        (
            Example("[1, 2] | reverse", {}, [2, 1]),
            Example("'ab' | reverse", {}, "ba"),
        ),
    ),
    FilterRow(
        "map",
        LIST,
        (Parameter("attribute", STRING, is_attribute=True, is_keyword=True),),
        results.mapped,
        "what stands at the attribute of each item",
        lists.pick,
        (
            Example("x | map(attribute='n')", {"x": _ROWS}, [2, 1, 3]),
            Example("x | map(attribute='a.b')", {"x": [{"a": {"b": 1}}]}, [1]),
            Example("x | map(attribute='a')", {"x": [{}]}, error="item 0 has no `a`"),
        ),
    ),
    FilterRow(
        "select",
        LIST,
        (_TEST, _VALUE),
        results.selected,
        "the items that pass a test; without one, those that are true",
        lists.select,
        (
            Example("[1, 2, 3] | select('ge', 2)", {}, [2, 3]),
            Example("[true, false] | select", {}, [True]),
        ),
    ),
    FilterRow(
        "reject",
        LIST,
        (_TEST, _VALUE),
        results.rejected,
        "the items that do not pass a test",
        lists.reject,
        (
            Example("['a', 'b'] | reject('eq', 'a')", {}, ["b"]),
            Example("x | reject('none')", {"x": [1, None]}, [1]),
        ),
    ),
    FilterRow(
        "selectattr",
        LIST,
        (_ATTRIBUTE, _TEST, _VALUE),
        results.selected_by,
        "the items whose attribute passes a test; without one, those where it is true",
        lists.select_by,
        (
            Example("x | selectattr('k', 'eq', 'a') | map(attribute='n')", {"x": _ROWS}, [1, 3]),
            Example("x | selectattr('ok')", {"x": [{"ok": True}, {"ok": False}]}, [{"ok": True}]),
            Example("x | selectattr('a.b', 'defined')", {"x": [{"a": None}, {"a": {"b": 1}}]}, [{"a": {"b": 1}}]),
        ),
    ),
    FilterRow(
        "rejectattr",
        LIST,
        (_ATTRIBUTE, _TEST, _VALUE),
        results.rejected_by,
        "the items whose attribute does not pass a test",
        lists.reject_by,
        (
            Example("x | rejectattr('k', 'in', ['a', 'c']) | map(attribute='n')", {"x": _ROWS}, [2]),
            Example("x | rejectattr('a', 'none')", {"x": [{}, {"a": None}, {"a": 1}]}, [{"a": 1}]),
        ),
    ),
    FilterRow(
        "groupby",
        LIST,
        (_ATTRIBUTE,),
        results.grouped,
        "a list of `{key, items}` in the order of the keys",
        lists.group,
        (
            Example(
                "x | groupby('k')",
                {"x": _ROWS},
                [{"key": "a", "items": [_ROWS[1], _ROWS[2]]}, {"key": "b", "items": [_ROWS[0]]}],
            ),
        ),
    ),
    FilterRow(
        "indexby",
        LIST,
        (_ATTRIBUTE,),
        results.indexed,
        "an object of the items, by their attribute as a text; of equal keys the last wins",
        lists.index,
        (Example("x | indexby('k')", {"x": _ROWS}, {"b": _ROWS[0], "a": _ROWS[2]}),),
    ),
    FilterRow(
        "flatten",
        LIST,
        (),
        results.flattened,
        "the items of the lists in it, one level",
        lists.flatten,
        (Example("[[1, [2]], [], 3] | flatten", {}, [1, [2], 3]),),
    ),
    FilterRow(
        "batch",
        LIST,
        (Parameter("linecount", INTEGER, problem=_size_problem, aliases=("size", "n")),),
        results.batched,
        "lists of so many items, the last with what is left",
        lists.batch,
        (Example("[1, 2, 3] | batch(2)", {}, [[1, 2], [3]]),),
    ),
)
