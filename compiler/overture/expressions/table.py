"""The table of filters, tests and functions: the one place from which reference, checker and evaluator are read.

Names of arguments are Jinja's where Jinja has the filter; the meaning is ours (language.md 3). Each example is run by
the tests.
"""

from __future__ import annotations

from overture.expressions import dates, encodings, lists, numbers, patterns, results, texts
from overture.expressions.failures import Refused
from overture.expressions.results import always
from overture.expressions.rows import Example, FilterRow, FunctionRow, Parameter, TestRow
from overture.expressions.types import ANY, BOOLEAN, INTEGER, NUMBER, OBJECT, STRING, Json, Type, list_of
from overture.expressions.values import MISSING, is_number, json_text, render

__all__ = ["FILTERS", "FUNCTIONS", "TESTS", "Example", "FilterRow", "FunctionRow", "Parameter", "TestRow"]

LIST = list_of(ANY)
SIZED = Type(kinds=frozenset(("string", "array", "object")))
SEQUENCE = Type(kinds=frozenset(("string", "array")))
NUMERIC_TEXT = Type(kinds=frozenset(("string", "number")))
SCALAR = Type(kinds=frozenset(("string", "number", "boolean", "null")))
DATE = Type(kinds=frozenset(("string",)), format="date-time")
STRING_OR_NULL = Type(kinds=frozenset(("string", "null")))


def _zone_problem(name: Json) -> str | None:
    try:
        dates.zone(name)
    except Refused as problem:
        return str(problem)
    return None


def _unit_problem(unit: Json) -> str | None:
    return None if unit in dates.UNITS else f"there is no unit `{unit}`: there is {', '.join(dates.UNITS)}"


def _word_problem(word: Json) -> str | None:
    return None if word in WORDS else f"there is no test `{word}`: there is {', '.join(WORDS)}"


def _size_problem(size: Json) -> str | None:
    return None if size >= 1 else "a batch holds at least one item"


def _not_empty(text: Json) -> str | None:
    return None if text else "the text is empty"


WORDS = (*lists.WORDS, "defined", "none")

_ATTRIBUTE = Parameter("attribute", STRING, is_attribute=True)
_MAYBE_ATTRIBUTE = Parameter("attribute", STRING, None, is_attribute=True)
_TEST = Parameter("test", STRING, None, _word_problem)
_VALUE = Parameter("value", ANY, MISSING)
_PATTERN = Parameter("pattern", STRING, problem=patterns.pattern_problem, rule="bad-pattern")
_ZONE = Parameter("tz", STRING, None, _zone_problem, aliases=("timezone",))
_UNIT = Parameter("unit", STRING, problem=_unit_problem)

_ROWS = [{"n": 2, "k": "b"}, {"n": 1, "k": "a"}, {"n": 3, "k": "a"}]
_DAY = {"x": "2026-01-31T09:00:00Z"}


def _stand_in(value: Json, default_value: Json) -> Json:
    return default_value if value is None or value is MISSING else value


FILTERS: dict[str, FilterRow] = {
    row.name: row
    for row in (
        FilterRow(
            "default",
            ANY,
            (Parameter("default_value", ANY, aliases=("value",)),),
            results.stood_in,
            "the argument instead of what is missing at any depth of the path before it, or null",
            _stand_in,
            (
                Example("x.a.b | default('none')", {"x": {}}, "none"),
                Example("(x | first).a | default(0)", {"x": []}, 0),
                Example("x | default(1)", {"x": None}, 1),
                Example("x | default(1)", {"x": False}, False),
            ),
        ),
        # Texts
        FilterRow(
            "lower", STRING, (), always(STRING), "in small letters", texts.lower, (Example("'AbÄ' | lower", {}, "abä"),)
        ),
        FilterRow(
            "upper", STRING, (), always(STRING), "in capitals", texts.upper, (Example("'aß' | upper", {}, "ASS"),)
        ),
        FilterRow(
            "title",
            STRING,
            (),
            always(STRING),
            "each word begins with a capital, the rest is small",
            texts.title,
            (Example("'it\\'s (a) TEST-case' | title", {}, "It's (A) Test-Case"),),
        ),
        FilterRow(
            "trim",
            STRING,
            (),
            always(STRING),
            "without the white space at both ends",
            texts.trim,
            (Example("x | trim", {"x": " a b\n"}, "a b"),),
        ),
        FilterRow(
            "replace",
            STRING,
            (Parameter("old", STRING, problem=_not_empty), Parameter("new", STRING)),
            always(STRING),
            "every `old` replaced by `new`",
            texts.replace,
            (Example("'a.b.c' | replace('.', '-')", {}, "a-b-c"),),
        ),
        FilterRow(
            "truncate",
            STRING,
            (Parameter("length", INTEGER, aliases=("n",)), Parameter("end", STRING, "...")),
            always(STRING),
            "at most `length` characters; a text that is cut ends in `end`, which counts",
            texts.truncate,
            (
                Example("'abcdefgh' | truncate(6)", {}, "abc..."),
                Example("'abcdefgh' | truncate(3, end='')", {}, "abc"),
                Example("'abc' | truncate(3)", {}, "abc"),
            ),
        ),
        FilterRow(
            "split",
            STRING,
            (Parameter("sep", STRING, None, _not_empty, aliases=("separator", "d")),),
            results.pieces,
            "the pieces between the separators; without one, between white space",
            texts.split,
            (
                Example("'a,b,' | split(',')", {}, ["a", "b", ""]),
                Example("' a  b ' | split", {}, ["a", "b"]),
            ),
        ),
        FilterRow(
            "lines",
            STRING,
            (),
            always(list_of(STRING)),
            "the lines, without their ends",
            texts.lines,
            (Example("x | lines", {"x": "a\r\nb\n\nc\n"}, ["a", "b", "", "c"]),),
        ),
        FilterRow(
            "join",
            LIST,
            (Parameter("d", STRING, "", aliases=("sep", "separator")),),
            always(STRING),
            "the items as a template renders them, with `d` between them",
            texts.join,
            (
                Example("x | join(', ')", {"x": ["a", 1, 2.0, None, True, [1]]}, "a, 1, 2, , true, [1]"),
                Example("[1, 2] | join", {}, "12"),
            ),
        ),
        FilterRow(
            "string",
            ANY,
            (),
            always(STRING),
            "as a template renders it",
            render,
            (
                Example("x | string", {"x": {"a": 1.0}}, '{"a":1}'),
                Example("1e-7 | string", {}, "1e-07"),
            ),
        ),
        FilterRow(
            "slugify",
            SCALAR,
            (),
            always(STRING),
            "small ASCII letters and digits, everything else as single `-` between them",
            texts.slugify,
            (Example("'Ärger & Co. (2)' | slugify", {}, "arger-co-2"),),
        ),
        FilterRow(
            "escape",
            ANY,
            (),
            always(STRING),
            "rendered, with `& < > \" '` as HTML entities",
            texts.escape,
            (Example("'<a>&\"' | escape", {}, "&lt;a&gt;&amp;&#34;"),),
        ),
        FilterRow(
            "matches",
            STRING,
            (_PATTERN,),
            always(BOOLEAN),
            "whether the pattern is found anywhere in the text (`^` and `$` are its ends)",
            patterns.matches,
            (
                Example("'ab12' | matches('[0-9]+')", {}, True),
                Example("'ab12' | matches('^[0-9]+$')", {}, False),
            ),
        ),
        FilterRow(
            "extract",
            STRING,
            (_PATTERN,),
            always(STRING_OR_NULL),
            "the first place found: its first group if the pattern has one, else all of it; null if there is none",
            patterns.extract,
            (
                Example("'v1.22' | extract('[0-9]+')", {}, "1"),
                Example("'v1.22' | extract('v([0-9.]+)')", {}, "1.22"),
                Example("'none' | extract('[0-9]+')", {}, None),
            ),
        ),
        FilterRow(
            "regex_replace",
            STRING,
            (_PATTERN, Parameter("with", STRING, aliases=("replacement",))),
            always(STRING),
            "every place found replaced by `with`, where `\\1` to `\\9` are the pattern's groups",
            patterns.substitute,
            (Example("'a1b22' | regex_replace('([0-9]+)', '<\\1>')", {}, "a<1>b<22>"),),
        ),
        # Numbers
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
        # Lists
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
            results.same_items,
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
        # Objects
        FilterRow(
            "combine",
            OBJECT,
            (Parameter("other", OBJECT),),
            results.combined,
            "the keys of both objects; where both have one, the argument's value",
            lists.combine,
            (Example("x | combine({b: 2})", {"x": {"a": 1, "b": 1}}, {"a": 1, "b": 2}),),
        ),
        FilterRow(
            "keys",
            OBJECT,
            (),
            results.key_list,
            "the keys, in order",
            lists.keys,
            (Example("x | keys", {"x": {"b": 1, "a": 2}}, ["b", "a"]),),
        ),
        FilterRow(
            "values",
            OBJECT,
            (),
            results.value_list,
            "the values, in the order of the keys",
            lists.values,
            (Example("x | values", {"x": {"b": 1, "a": 2}}, [1, 2]),),
        ),
        # Other forms
        FilterRow(
            "tojson",
            ANY,
            (),
            always(STRING),
            "compact JSON, no escapes but JSON's own",
            json_text,
            (
                Example("x | tojson", {"x": {"a": [1.0, None, "ä/"]}}, '{"a":[1,null,"ä/"]}'),
                Example("'a' | tojson", {}, '"a"'),
            ),
        ),
        FilterRow(
            "fromjson",
            STRING,
            (),
            always(ANY),
            "the value that a JSON text writes",
            encodings.read_json,
            (
                Example("'{\"a\": [1.0, null]}' | fromjson", {}, {"a": [1, None]}),
                Example(
                    "'{a' | fromjson",
                    {},
                    error="the text is not JSON: expecting property name enclosed in double quotes in line 1, column 2",
                ),
            ),
        ),
        FilterRow(
            "tocsv",
            list_of(OBJECT),
            (),
            always(STRING),
            "CSV with a header from the first row's keys; of nothing an empty text",
            encodings.write_csv,
            (Example("x | tocsv", {"x": [{"a": 1, "b": "x,y"}, {"a": None}]}, 'a,b\r\n1,"x,y"\r\n,\r\n'),),
        ),
        FilterRow(
            "fromcsv",
            STRING,
            (),
            always(list_of(Type(kinds=frozenset(("object",)), rest=STRING))),
            "objects by the header row; all cells are texts",
            encodings.read_csv,
            (Example("x | fromcsv", {"x": 'a,b\n1,"x\ny"\n'}, [{"a": "1", "b": "x\ny"}]),),
        ),
        FilterRow(
            "urlencode",
            SCALAR,
            (),
            always(STRING),
            "percent-encoded, all but unreserved characters",
            encodings.url_encode,
            (
                Example("'a b/ä~' | urlencode", {}, "a%20b%2F%C3%A4~"),
                Example("7 | urlencode", {}, "7"),
            ),
        ),
        FilterRow(
            "base64encode",
            STRING,
            (),
            always(STRING),
            "base64 of the UTF-8 text",
            encodings.encode_base64,
            (Example("'ä' | base64encode", {}, "w6Q="),),
        ),
        FilterRow(
            "base64decode",
            STRING,
            (),
            always(STRING),
            "the UTF-8 text of a base64 text; white space is ignored",
            encodings.decode_base64,
            (Example("'w6\nQ=' | base64decode", {}, "ä"),),
        ),
        FilterRow(
            "sha256",
            STRING,
            (),
            always(STRING),
            "the digest of the UTF-8 text, in hexadecimal digits",
            encodings.sha256,
            (Example("'' | sha256", {}, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),),
        ),
        # Dates
        FilterRow(
            "date",
            STRING,
            (Parameter("format", STRING, problem=dates.format_problem, rule="bad-format"), _ZONE),
            always(STRING),
            "a date by a format of `%Y %m %d %H %M %S %f %j %a %b %z %%`, in UTC or a zone",
            dates.format_date,
            (
                Example("x | date('%Y-%m-%d %a')", _DAY, "2026-01-31 Sat"),
                Example("x | date('%H:%M %z', 'Europe/Berlin')", _DAY, "10:00 +0100"),
            ),
        ),
        FilterRow(
            "date_add",
            STRING,
            (Parameter("n", INTEGER, aliases=("amount",)), _UNIT, _ZONE),
            always(DATE),
            "so much later (or earlier); from days on by the wall clock of the zone, UTC without one",
            dates.add,
            (
                Example("x | date_add(1, 'months')", _DAY, "2026-02-28T09:00:00Z"),
                Example("'2026-03-28T12:00:00Z' | date_add(1, 'days', 'Europe/Berlin')", {}, "2026-03-29T11:00:00Z"),
            ),
        ),
        FilterRow(
            "date_diff",
            STRING,
            (Parameter("other", STRING), _UNIT),
            always(INTEGER),
            "the value minus the other, in whole units, floored",
            dates.difference,
            (
                Example("x | date_diff('2026-01-30T10:00:00Z', 'days')", _DAY, 0),
                Example("'2026-01-01' | date_diff('2026-01-01T00:00:01Z', 'hours')", {}, -1),
            ),
        ),
    )
}


TESTS: dict[str, TestRow] = {
    row.name: row
    for row in (
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
}


FUNCTIONS: dict[str, FunctionRow] = {
    row.name: row
    for row in (
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
}
