"""Filters that work on objects, that read and write other forms of a value, and that stand in for it."""

from __future__ import annotations

from overture.expressions import encodings, lists
from overture.expressions.table import results
from overture.expressions.table.results import always
from overture.expressions.table.rows import Example, FilterRow, Parameter
from overture.expressions.table.subjects import SCALAR
from overture.expressions.types import ANY, OBJECT, STRING, Json, Type, list_of
from overture.expressions.values import MISSING, json_text


def _stand_in(value: Json, default_value: Json) -> Json:
    return default_value if value is None or value is MISSING else value


ROWS: tuple[FilterRow, ...] = (
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
)
