"""Expressions with the data that they read, and the templates that they become: every example of the table of filters,
and expressions over hostile data."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from overture.expressions.evaluation import MISSING
from overture.expressions.findings import Lookup
from overture.expressions.schemas import union
from overture.expressions.table import FILTERS, TESTS
from overture.expressions.tree import Expr, Ref
from overture.expressions.types import BOOLEAN, INTEGER, NOTHING, NULL, NUMBER, STRING, Json, Type, list_of, object_of
from overture_kestra.carriers import Carrier, Plain, Text
from overture_kestra.inexact import Inexact
from overture_kestra.pebble import Pebble

ROWS: Json = [
    {"k": "b", "n": 2, "ok": True, "m": None, "t": ["x", "\U0001f600"]},
    {"k": "a", "n": 1, "ok": False, "m": "z", "t": []},
    {"k": "\uff5a", "n": 3, "ok": True, "m": "{{ x }}", "t": ["y"]},
    {"k": "\U0001f600", "n": 3, "ok": False, "m": None, "t": ["'q' \"r\" \\ \n"]},
]
DATA: dict[str, Json] = {
    "rows": ROWS,
    "row": {"k": "it's", "and": 1, "a-b": 2, "deep": {"list": [{"x": None}, {"x": "\\"}]}},
    "names": ["b", "a", "\U0001f600", "\uff5a", "a"],
    "text": "a b&c*~é",
    "empty": "",
    "big": 9007199254740993,
    "next": 9007199254740994,
    "count": 3,
    "yes": True,
    "null": None,
}
EXPRESSIONS = [
    "rows | map(attribute='k') | join(', ')",
    "rows | selectattr('ok') | map(attribute='n')",
    "rows | rejectattr('ok') | length",
    "rows | selectattr('k', 'eq', 'a') | first",
    "rows | selectattr('k', 'in', ['a', 'b']) | map(attribute='k')",
    "rows | selectattr('n', 'ge', 2) | length > 2",
    "rows | selectattr('m', 'none') | map(attribute='k')",
    "rows | selectattr('m', 'defined') | length",
    "rows | rejectattr('m', 'eq', 'z') | length",
    "rows | sort(attribute='k') | map(attribute='k') | join('')",
    "rows | sort(attribute='n') | map(attribute='k')",
    "rows | map(attribute='t')",
    "rows | reverse | first",
    "rows[1:3] | map(attribute='n')",
    "rows[0].t[1]",
    "rows[3].t | first",
    "rows | last",
    "rows[9:] | first",
    "rows[9:] | map(attribute='k') | join('-')",
    "names | sort | join(',')",
    "names | length",
    "row.deep.list",
    "row.deep.list[1].x",
    "row['and']",
    "row['a-b']",
    "row.deep.list[0].x | default('d')",
    "row.k ~ ' ' ~ count ~ ' ' ~ yes ~ null",
    'row.k == "it\'s" and not (count == 4)',
    "'a' in names",
    "'x' in ['x', \"y'\"] or yes",
    "count < big and big > count and not (big < big) and big <= big",
    "next > big and big < next and not (next <= big) and not (big >= next)",
    "null is none",
    "row.k is defined",
    "text | urlencode",
    "text | upper",
    "text | base64encode",
    "text | sha256",
    "empty is empty",
    "{a: row.k, b: [count, null], c: rows[0].m}",
    "'\\\\ \\n' ~ row.k",
    "big",
    "rows | tojson",
    "names | tojson",
]


def type_of(value: Json) -> Type:
    """The narrowest type that a schema could give a value."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER
    if isinstance(value, float):
        return NUMBER
    if isinstance(value, str):
        return STRING
    if isinstance(value, list):
        item = NOTHING
        for each in value:
            item = union(item, type_of(each)) if item.kinds else type_of(each)
        return list_of(item)
    return object_of({key: type_of(each) for key, each in value.items()})


class Names:
    """Names that stand in variables: texts as they are, all else as JSON text."""

    def __init__(self, data: Mapping[str, Json]) -> None:
        self.data = data

    def lookup(self, ref: Ref) -> Lookup:
        return Lookup(type_of(self.data[ref.name]))

    def find(self, ref: Ref) -> Carrier:
        return Plain(f"data.{ref.name}") if isinstance(self.data[ref.name], str) else Text(f"data.{ref.name}")

    def read(self, ref: Ref) -> Any:
        return self.data.get(ref.name, MISSING)

    def now(self) -> str:
        return "2026-01-31T09:00:00Z"

    def variables(self) -> dict[str, Any]:
        texts = {
            key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            for key, value in self.data.items()
        }
        return {"data": texts}


def translations(tree: Expr, names: Names) -> Iterator[str]:
    """The forms that a tree has, as templates that give its JSON text."""
    pebble = Pebble(names.find)
    if tree.type.is_only("string", "number", "boolean", "null"):  # of others `toJson` would drop what is null
        with contextlib.suppress(Inexact):
            yield "{{ (" + pebble.value(tree) + ") | toJson }}"
    with contextlib.suppress(Inexact):
        yield pebble.json(tree)


def cases() -> Iterator[tuple[str, str, Mapping[str, Json]]]:
    for number, expression in enumerate(EXPRESSIONS):
        yield f"own-{number}", expression, DATA
    for table in (FILTERS, TESTS):
        for name, row in table.items():  # type: ignore[attr-defined]
            for number, example in enumerate(row.examples):
                yield f"{name}-{number}", example.expression, dict(example.data)
