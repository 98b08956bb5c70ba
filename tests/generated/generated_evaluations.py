"""Evaluations: every form of the language with operands of its types, hostile values for them, and nested ones.

A form names a row or an operator, an expression over `a`, `b` and `c`, and the schema of each. The same expression
stands here once for each set of types that a translation may tell apart: exact, nullable, a union, unknown.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generated_data import Json, Schema, list_of, nullable, object_of, random_schema
from generated_expressions import WANTED, Pen, Read
from generated_hostile import hostile_text, hostile_value

S: Schema = {"type": "string"}
I: Schema = {"type": "integer"}  # noqa: E741
N: Schema = {"type": "number"}
B: Schema = {"type": "boolean"}
D: Schema = {"type": "string", "format": "date-time"}
A: Schema = {}
E: Schema = {"enum": ["bug", "it's", "😀", "{{ x }}"]}
W: Schema = {"type": ["integer", "string"]}
S0, I0, N0, B0 = nullable(S), nullable(I), nullable(N), nullable(B)
LS, LI, LN, LB, LA, LD = list_of(S), list_of(I), list_of(N), list_of(B), list_of(A), list_of(D)
LS0, LW, LLI, LLS = list_of(S0), list_of(W), list_of(LI), list_of(LS)
O: Schema = object_of({"k": S, "n": I, "ok": B, "a-b": S, "d": object_of({"x": I, "l": LS})})  # noqa: E741
P: Schema = object_of(
    {"k": S, "m": S0, "f": N, "o": {"type": ["object", "null"], "properties": {"x": S}}}, frozenset("m")
)
OA: Schema = {"type": "object"}
OS: Schema = {"type": "object", "additionalProperties": S}
Q: Schema = object_of({"o": object_of({"x": S}, frozenset("x")), "k": S}, frozenset("ok"))
LO, LP, LOA = list_of(O), list_of(P), list_of(OA)
LO1 = list_of(O, 1)

NUMERIC = ((I, I), (N, N), (N, I), (A, A), (I0, N))


@dataclass(frozen=True, slots=True)
class Form:
    """`name`: the operator, filter, test, function or piece of syntax that it is for. `is_text`: a template."""

    name: str
    expression: str
    schemas: tuple[Schema, ...]
    is_text: bool = False

    @property
    def operands(self) -> Mapping[str, Schema]:
        return dict(zip("abc", self.schemas, strict=False))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An expression (or, with `is_text`, a template), the values of its names, and the schemas that these fit. A name
    without a value is missing."""

    form: str
    expression: str
    data: Mapping[str, Json]
    schemas: Mapping[str, Schema]
    is_text: bool = False


def _all(name: str, expressions: str | tuple[str, ...], *signatures: tuple[Schema, ...]) -> list[Form]:
    written = (expressions,) if isinstance(expressions, str) else expressions
    return [Form(name, expression, signature) for expression in written for signature in signatures]


def _operators() -> list[Form]:
    found: list[Form] = []
    for op in ("+", "-", "*", "/", "//", "%", "**"):
        found += _all(op, f"a {op} b", *NUMERIC)
        found += _all(op, (f"a {op} 2", f"a {op} 0", f"7 {op} a", f"a {op} 0.5", f"a {op} -3"), (I,), (N,), (A,))
    found += _all("+", "a + b", (S, S), (LS, LS), (LI, LN), (LO, LO), (S, A), (LA, LA))
    found += _all("+", ("a + 'x'", "'\\\\' + a"), (S,), (E,))
    found += _all("~", "a ~ b", (S, I), (S0, B), (N, S), (LI, S), (O, S), (A, A), (I0, B0), (W, E), (P, LS0))
    found += _all("~", "a ~ ' ' ~ b ~ \"'\"", (S, S), (I, B), (E, S0))
    found += _all("negative", ("-a", "-(-a)", "-a | abs"), (I,), (N,), (A,))
    found += _all("positive", "+a", (I,), (N,), (A,))
    for op in ("==", "!="):
        pairs = ((S, S), (S0, S), (S0, S0), (I, I), (N, N), (I, N), (I0, I), (N0, N0), (B, B), (B0, B), (E, E), (E, S))
        lists = (
            (LS, LS),
            (LI, LN),
            (LO, LO),
            (O, O),
            (P, P),
            (OA, OA),
            (LA, LA),
            (A, A),
            (W, W),
            (W, S),
            (A, S),
            (A, I),
        )
        found += _all(op, f"a {op} b", *pairs, *lists)
        literals = ("'it\\'s'", "'{{ x }}'", "''", "'\\\\'", "'😀'")
        found += _all(op, tuple(f"a {op} {each}" for each in literals), (S,), (S0,), (E,), (A,))
        found += _all(op, (f"a {op} 0", f"2 {op} a", f"a {op} 9007199254740993"), (I,), (N,), (I0,), (A,))
        found += _all(op, (f"a {op} 0.5", f"a {op} -1.25"), (N,), (A,))
        found += _all(op, (f"a {op} true", f"false {op} a"), (B,), (B0,), (A,))
        found += _all(op, (f"a {op} null", f"null {op} a"), (S0,), (I0,), (B0,), (P,), (A,), (N0,))
        found += _all(op, (f"a {op} []", f"a {op} [1, 2]"), (LI,), (LA,), (A,))
        found += _all(op, f"a {op} {{k: 'a'}}", (OS,), (A,))
    for op in ("<", "<=", ">", ">="):
        found += _all(op, f"a {op} b", (I, I), (N, N), (I, N), (S, S), (A, A), (E, S), (N0, N))
        found += _all(op, (f"a {op} 2", f"0 {op} a", f"a {op} 9007199254740993", f"a {op} 0.5"), (I,), (N,), (A,))
        found += _all(op, (f"a {op} 'a'", f"'\uff5a' {op} a"), (S,), (E,), (A,))
    found += _all("chain", "a < b <= c", (I, I, I), (N, N, N), (S, S, S), (A, A, A))
    found += _all("chain", ("0 <= a < 10", "a == b == 'a'"), (I, I), (N, N), (S, S))
    for op in ("in", "not in"):
        found += _all(op, f"a {op} b", (S, LS), (I, LI), (N, LN), (S0, LS0), (S, S), (S, O), (S, OA), (S, OS), (O, LO))
        found += _all(op, f"a {op} b", (A, LA), (A, A), (E, LS), (W, LW), (B, LB), (P, LP))
        found += _all(op, (f"a {op} ['a', 'it\\'s', '😀']", f"a {op} ['']"), (S,), (S0,), (E,), (A,))
        found += _all(op, (f"a {op} [0, 2]", f"a {op} [9007199254740993]"), (I,), (N,), (A,))
        found += _all(op, (f"'a' {op} a", f"'' {op} a", f"'\\\\' {op} a"), (S,), (LS,), (OS,), (O,))
    found += _all("and", ("a and b", "a is not none and a != 'a'"), (B, B), (S0, B), (A, A))
    found += _all("or", ("a or b", "a is none or a > 1"), (B, B), (I0, B), (A, A))
    found += _all("and", "not a and (b or a)", (B, B))
    found += _all("not", ("not a", "not (not a)"), (B,), (A,), (B0,))
    found += _all("if", "a if b else c", (S, B, S), (I, B, S), (LS, B, LS), (O, B, P), (A, A, A), (S0, B, N), (N, B, N))
    found += _all("if", ("'x' if a == b else 'y\\\\'", "a if a is not none else b"), (S, S), (S0, S), (I0, I))
    return found


def _paths() -> list[Form]:
    found = _all("key", ("a.k", "a['a-b']", "a.d.x", "a.d.l", "a.d", "a['k'] ~ a.n", "a.ok"), (O,))
    found += _all("key", ("a.k", "a.m", "a.f", "a.o", "a.o.x"), (P,), (OA,), (A,))
    found += _all(
        "key", ("a.size", "a['']", "a['it\\'s']", "a['😀']", "a.items", "a['and']", "a['\\\\']"), (OS,), (OA,), (A,)
    )
    found += _all("index", ("a[0]", "a[1]", "a[-1]", "a[5]"), (LS,), (LI,), (LN,), (LO,), (S,), (A,), (LLI,), (LP,))
    found += _all("index", ("a[0].k", "a[1].d.x", "a[0].d.l[0]"), (LO,), (LO1,))
    found += _all("index", "a[b]", (LS, I), (LO, I), (O, S), (OS, S), (OA, E), (A, A), (S, I))
    found += _all(
        "slice", ("a[1:]", "a[:2]", "a[-2:]", "a[1:3]", "a[:-1]", "a[:]"), (LS,), (S,), (LO,), (LP,), (A,), (LI,)
    )
    found += _all("slice", "a[b:c]", (LS, I, I), (S, I, I), (LN, I, I), (A, A, A))
    falls = ("'-'", "''", "b")
    found += _all("default", tuple(f"a | default({each})" for each in falls), (S0, S), (S, S), (A, S), (E, S0))
    found += _all("default", ("a | default(0)", "a | default(b)"), (I0, I), (N0, N), (A, I))
    found += _all(
        "default", ("a | default([])", "a | default({})", "a | default({x: [1, null]})"), (nullable(LS),), (A,)
    )
    found += _all("default", ("a | default(b)", "(a | default(b)).k"), (nullable(O), O), (nullable(P), P))
    found += _all(
        "default", ("a.m | default('-')", "a.o.x | default('😀')", "a.f | default(1)", "a.o | default({x: 'y'})"), (P,)
    )
    found += _all(
        "default", ("a.k | default('-')", "a.d.x | default(0)", "a.d.l[3] | default('\\\\')"), (O,), (OA,), (A,)
    )
    found += _all(
        "default", ("a[0] | default('-')", "a | first | default(b)", "a | last | default('-')"), (LS, S), (LS0, S)
    )
    found += _all(
        "default", ("a[1:] | first | default('-')", "a[-1] | default('-')", "a[7] | default(b)"), (LS, S), (A, S)
    )
    found += _all(
        "default", ("a[0].k | default('-')", "(a | first).d.x | default(0)", "(a | last).k | default('')"), (LO,), (LA,)
    )
    found += _all("default", ("a.nope | default(b.nope | default('x'))", "a.x | default(b)"), (OA, S), (A, A))
    return found


def _literals() -> list[Form]:
    found = _all(
        "literal", ("1", "-5", "9007199254740993", "-9223372036854775808", "1e21", "0.1", "-0.0", "1e-7", "2.0"), ()
    )
    found += _all(
        "literal", ("true", "false", "null", "[]", "{}", "[1, [null, 'x']]", "{z: 1, a: null, 'b c': [2.5]}"), ()
    )
    found += _all("list", ("[a, b]", "[a, [b, null]]", "[[], {}, a]"), (S, I), (A, N), (O, LS), (P, B0))
    found += _all(
        "object",
        ("{x: a, y: b}", "{'it\\'s': a, \"\\\\\": {z: b}}", "{b: 1, a: [a]}"),
        (S, I),
        (A, N),
        (O, LS),
        (P, B0),
    )
    found += _all("object", ("{(a): b}", "{x: 1, (a): b}"), (S, I), (E, A), (A, A))
    texts = (
        "{{ a }}",
        "{{ a }}{{ b }}",
        "{{ '{' }}{{ a }}",
        "{{ '{' }}{{ '%' }}{{ '}' }}",
        "{{ a }}}",
        "x {{ a }} y {{ b }}\n",
        "{{ '{{' }} {# {{ a }} }} {b} '\" \\",
        "{{ '{%' }}{{ b }}#{a}\t",
    )
    for schemas in ((S, I), (N, B), (S0, LS), (O, A), (E, P), (I0, W)):
        found += [Form("template", text, schemas, is_text=True) for text in texts]
    return found


def _texts() -> list[Form]:
    found: list[Form] = []
    for name in ("lower", "upper", "title", "trim", "sha256", "base64encode", "base64decode", "lines"):
        found += _all(name, f"a | {name}", (S,), (A,), (E,))
    found += _all("base64decode", "a | base64encode | base64decode", (S,))
    for name in ("urlencode", "slugify"):
        found += _all(name, f"a | {name}", (S,), (I,), (N,), (S0,), (B,), (A,), (W,))
    found += _all("escape", "a | escape", (S,), (N,), (O,), (A,), (S0,))
    found += _all("string", "a | string", (S,), (I,), (N,), (B,), (S0,), (LS,), (O,), (P,), (A,), (LN,))
    replaced = (
        "a | replace('a', 'b')",
        "a | replace('\\\\', '/')",
        "a | replace('{{', '')",
        "a | replace(b, c)",
        "a | replace(b, '-')",
    )
    found += _all("replace", replaced, (S, S, S), (E, S, S), (A, A, A))
    found += _all(
        "truncate",
        ("a | truncate(3)", "a | truncate(5, end='')", "a | truncate(2, end='…')", "a | truncate(b)"),
        (S, I),
        (A, I),
    )
    found += _all(
        "split",
        ("a | split", "a | split(',')", "a | split('{{')", "a | split(b)", "(a | split('a'))[0]"),
        (S, S),
        (A, S),
    )
    found += _all(
        "join",
        ("a | join", "a | join(', ')", "a | join('\\\\')", "a | join(b)"),
        (LS, S),
        (LI, S),
        (LN, S),
        (LS0, S),
        (LO, S),
        (A, S),
    )
    found += _all(
        "length",
        ("a | length", "a | length > 2", "a | length == 0", "a | length + 1"),
        (S,),
        (LS,),
        (LO,),
        (O,),
        (OA,),
        (A,),
        (LP,),
    )
    found += _all("first", ("a | first", "(a | first) ~ ''"), (LS,), (LI,), (S,), (LA,), (A,), (LN,))
    found += _all("first", ("(a | first).k", "(a | first).d"), (LO,), (LO1,), (LP,), (A,))
    found += _all("last", ("a | last",), (LS,), (LI,), (S,), (LO,), (LA,), (A,), (LP,), (LN,))
    found += _all("reverse", "a | reverse", (LS,), (LI,), (S,), (LO,), (LP,), (LA,), (A,), (LN,))
    for pattern in ("[0-9]+", "^a", "(b)?a$", "\\\\w+", "[{}]", "é|😀", "."):
        found += _all("matches", f"a | matches('{pattern}')", (S,), (A,))
        found += _all("extract", f"a | extract('{pattern}')", (S,))
        found += _all("regex_replace", f"a | regex_replace('{pattern}', '<>')", (S,))
    found += _all(
        "regex_replace",
        ("a | regex_replace('(.)(.)', '\\\\2\\\\1')", "a | regex_replace('[^a-z]', '\\\\\\\\')"),
        (S,),
        (A,),
    )
    return found


def _numbers() -> list[Form]:
    found = _all(
        "round", ("a | round", "a | round(1)", "a | round(2)", "a | round(-1)", "a | round(b)"), (N, I), (I, I), (A, I)
    )
    found += _all("fixed", ("a | fixed(0)", "a | fixed(2)", "a | fixed(b)"), (N, I), (I, I), (A, A))
    found += _all("abs", "a | abs", (I,), (N,), (A,))
    found += _all("int", "a | int", (I,), (N,), (S,), (A,), (W,), (E,))
    found += _all("float", "a | float", (I,), (N,), (S,), (A,), (W,))
    found += _all(
        "range",
        ("range(0, a)", "range(a, b)", "range(a, 3)"),
        ({"enum": [0, 1, 5, -2]}, {"enum": [0, 3, 2**31]}),
        (A, A),
    )
    return found


def _lists() -> list[Form]:
    orders = ("a | sort", "a | sort(reverse=true)", "a | min", "a | max")
    found: list[Form] = []
    for written in orders:
        name = written.partition("| ")[2].partition("(")[0]
        found += _all(name, written, (LS,), (LI,), (LN,), (LB,), (LA,), (A,), (LW,))
    for key in ("k", "n", "ok", "d.x"):
        found += _all(
            "sort", (f"a | sort(attribute='{key}')", f"a | sort(attribute='{key}', reverse=true)"), (LO,), (LOA,)
        )
        found += _all("groupby", f"a | groupby('{key}')", (LO,), (LOA,))
        found += _all("indexby", f"a | indexby('{key}')", (LO,), (LOA,))
        found += _all("map", f"a | map(attribute='{key}')", (LO,), (LOA,), (LA,), (A,))
    found += _all(
        "map",
        ("a | map(attribute='m')", "a | map(attribute='o.x')", "a | map(attribute='f')", "a | map(attribute='d.l')"),
        (LP,),
        (LO,),
    )
    found += _all("map", ("a | map(attribute='k') | join(', ')", "a | map(attribute='d.x') | sum"), (LO,))
    found += _all("sort", "a | sort(attribute='f')", (LP,))
    found += _all("unique", "a | unique", (LS,), (LI,), (LN,), (LS0,), (LO,), (LP,), (LA,), (A,), (LW,), (LB,))
    found += _all("sum", "a | sum", (LI,), (LN,), (LA,), (A,), (LW,))
    for name in ("select", "reject"):
        found += _all(name, f"a | {name}", (LB,), (LA,), (A,))
        found += _all(
            name,
            (f"a | {name}('eq', b)", f"a | {name}('ne', b)", f"a | {name}('in', [b])"),
            (LS, S),
            (LI, I),
            (LN, N),
            (LA, A),
            (LO, O),
        )
        found += _all(
            name,
            tuple(f"a | {name}('{word}', b)" for word in ("lt", "le", "gt", "ge")),
            (LS, S),
            (LI, I),
            (LN, N),
            (LA, A),
        )
        found += _all(name, tuple(f"a | {name}('{word}')" for word in ("none", "defined")), (LS0,), (LA,), (LP,))
        found += _all(name, (f"a | {name}('in', ['a', 'b', 'it\\'s'])", f"a | {name}('eq', 'a')"), (LS,), (LS0,), (LA,))
    for name in ("selectattr", "rejectattr"):
        found += _all(name, f"a | {name}('ok')", (LO,), (LOA,), (LA,))
        for word in ("eq", "ne", "lt", "le", "gt", "ge"):
            found += _all(name, (f"a | {name}('n', '{word}', 2)", f"a | {name}('n', '{word}', b)"), (LO, I), (LOA, A))
            found += _all(
                name, (f"a | {name}('k', '{word}', 'a')", f"a | {name}('k', '{word}', '\\\\')"), (LO,), (LOA,)
            )
            found += _all(name, f"a | {name}('f', '{word}', 0.5)", (LP,))
            found += _all(name, f"a | {name}('d.x', '{word}', 3)", (LO,))
        found += _all(
            name,
            (
                f"a | {name}('k', 'in', ['a', 'it\\'s', '😀'])",
                f"a | {name}('n', 'in', [0, 2])",
                f"a | {name}('k', 'in', b)",
            ),
            (LO, LS),
            (LOA, A),
        )
        found += _all(
            name,
            (
                f"a | {name}('m', 'defined')",
                f"a | {name}('m', 'none')",
                f"a | {name}('o.x', 'defined')",
                f"a | {name}('o', 'none')",
            ),
            (LP,),
            (LOA,),
        )
        found += _all(
            name, (f"a | {name}('m', 'eq', 'a')", f"a | {name}('m', 'ne', null)", f"a | {name}('m', 'eq', null)"), (LP,)
        )
        found += _all(
            name,
            (
                f"a | {name}('ok') | length",
                f"a | {name}('k', 'eq', 'a') | map(attribute='n')",
                f"a | {name}('ok') | first",
            ),
            (LO,),
        )
    found += _all("flatten", "a | flatten", (LLI,), (LLS,), (LA,), (A,), (list_of(LP),), (LO,))
    found += _all("batch", ("a | batch(2)", "a | batch(b)", "a | batch(100)"), (LS, I), (LO, I), (A, I), (LP, I))
    found += _all("keys", ("a | keys", "a | keys | join(',')"), (O,), (OA,), (OS,), (P,), (A,))
    found += _all("values", "a | values", (O,), (OA,), (OS,), (P,), (A,))
    found += _all("combine", ("a | combine(b)", "a | combine({k: null, z: 1})"), (O, OA), (OS, OS), (P, P), (A, A))
    found += _all(
        "tojson",
        "a | tojson",
        (S,),
        (I,),
        (N,),
        (B0,),
        (LS,),
        (LI,),
        (LN,),
        (O,),
        (P,),
        (LO,),
        (OA,),
        (A,),
        (LS0,),
        (E,),
    )
    found += _all("fromjson", ("a | fromjson", "(a | fromjson).a", "a | fromjson | default('-')"), (S,), (A,))
    found += _all("fromjson", "a | tojson | fromjson", (A,), (O,), (LP,))
    found += _all("tocsv", "a | tocsv", (list_of(object_of({"k": S, "n": I})),), (LO,), (LOA,), (LP,), (A,))
    found += _all("fromcsv", ("a | fromcsv", "[{x: a, y: b}] | tocsv | fromcsv"), (S, S), (A, S))
    return found


def _dates() -> list[Form]:
    zones = ("", ", 'Europe/Berlin'", ", 'America/St_Johns'", ", 'Pacific/Apia'", ", 'Nowhere'")
    formats = ("%Y-%m-%d", "%H:%M:%S.%f", "%j %a %b %z %%", "day", "%Y%m%d é {{ '")
    found: list[Form] = []
    for zone in zones:
        for each in formats:
            form = each.replace("'", "\\'")
            found += _all("date", f"a | date('{form}'{zone})", (D,))
        for unit in ("seconds", "minutes", "hours", "days", "weeks", "months", "years", "moons"):
            found += _all(
                "date_add",
                (f"a | date_add(1, '{unit}'{zone})", f"a | date_add(b, '{unit}'{zone})"),
                (D, {"enum": [0, -1, 13, 400]}),
            )
    found += _all("date", "a | date(b, c)", (S, S, S), (A, A, A))
    found += _all("date_add", "a | date_add(b, 'days')", (S, I), (A, A))
    for unit in ("seconds", "minutes", "hours", "days", "weeks", "months", "years", "moons"):
        found += _all(
            "date_diff", (f"a | date_diff(b, '{unit}')", f"a | date_diff('2026-01-31T09:00:00Z', '{unit}')"), (D, D)
        )
    found += _all("date_diff", "a | date_diff(b, 'days')", (S, S), (A, A))
    return found


def _tests() -> list[Form]:
    found: list[Form] = []
    for name in ("none", "string", "number", "boolean", "sequence", "mapping", "empty"):
        for negated in ("", "not "):
            schemas = (S,), (S0,), (I0,), (N,), (B,), (LS,), (O,), (A,), (W,), (nullable(LS),), (OA,)
            found += _all(f"is {name}", f"a is {negated}{name}", *schemas)
        found += _all(f"is {name}", (f"a.k is {name}", f"a.m is {name}"), (P,), (OA,))
    for negated in ("", "not "):
        found += _all("is defined", f"a is {negated}defined", (S,), (S0,), (A,))
        found += _all(
            "is defined",
            (f"a.k is {negated}defined", f"a.d.x is {negated}defined", f"a['a-b'] is {negated}defined"),
            (O,),
            (OA,),
            (A,),
        )
        found += _all(
            "is defined",
            (f"a.m is {negated}defined", f"a.o.x is {negated}defined", f"a.o is {negated}defined"),
            (P,),
            (nullable(P),),
        )
        found += _all(
            "is defined",
            (f"a[0] is {negated}defined", f"a[-3] is {negated}defined", f"a | first is {negated}defined"),
            (LS,),
            (A,),
            (S,),
        )
        found += _all(
            "is defined", (f"a[b] is {negated}defined", f"a[1:][0] is {negated}defined"), (LO, I), (OA, S), (A, A)
        )
    optional = ("a.o is defined", "a.o.x is defined", "a.o.x is not defined", "a.k is defined")
    found += _all("is defined", optional, (Q,), (nullable(Q),))
    odd = (nullable(LO), I0), (nullable(OA), N), (A, A), (nullable(LS), S0)
    found += _all(
        "is defined", ("a[b] is defined", "a[b][0] is defined", "null[b] is defined", "a[b:2] is defined"), *odd
    )
    found += _all("default", ("a[b] | default('-')", "null[b] | default(1)", "a[b:][0] | default('-')"), *odd)
    found += _all("default", ("null[null] | default(0)", "null[1.5] | default(0)", "null[:null] | default(0)"), ())
    found += _all("is defined", ("null[null] is defined", "null[true] is defined", "null['a'] is defined"), ())
    found += _all("now", ("now() | length", "now() > '2026'", "now() is string"), ())
    return found


FORMS: tuple[Form, ...] = tuple(
    [*_operators(), *_paths(), *_literals(), *_texts(), *_numbers(), *_lists(), *_dates(), *_tests()]
)

MISSING_RATE = 0.04
"""How often a name has no value, in forms that ask whether one has."""


def evaluations_of(form: Form, number: int, seed: int = 0) -> Iterator[Evaluation]:
    """So many evaluations of one form; the same for the same seed, whatever other forms there are."""
    key = f"{seed} {form.expression} {sorted(map(repr, form.schemas))}"
    rng = random.Random(zlib.crc32(key.encode()))
    for _ in range(number if form.schemas else min(number, 1)):
        data = {name: hostile_value(rng, schema) for name, schema in form.operands.items()}
        if data and form.name in ("default", "is defined") and rng.random() < MISSING_RATE:
            del data[rng.choice(sorted(data))]
        yield Evaluation(form.name, form.expression, data, form.operands, form.is_text)


def evaluations(per_form: int, seed: int = 0) -> Iterator[Evaluation]:
    """So many of each form, a few nested ones and texts for each of them."""
    for form in FORMS:
        yield from evaluations_of(form, per_form, seed)
    yield from nested_evaluations(per_form * len(FORMS) // 10, seed)
    yield from text_evaluations(per_form * len(FORMS) // 40, seed)


def nested_evaluations(number: int, seed: int = 0) -> Iterator[Evaluation]:
    """Random expressions over random schemas, now and then an operand of whatever kind."""
    rng = random.Random(seed)
    while number > 0:
        schemas = {name: random_schema(rng) for name in "abc"}
        schemas |= {"s": S, "n": rng.choice((I, N)), "l": rng.choice((LS, LI, LO)), "o": rng.choice((O, OA))}
        pen = Pen(rng, rng.choice((0.0, 0.0, 0.1, 0.3)))
        reads = [Read(name, schema) for name, schema in schemas.items()]
        for _ in range(3):
            expression = pen.produced(rng.choice([each for each in WANTED if each != "any"]), reads, rng.randint(1, 3))
            for _ in range(3):
                data = {name: hostile_value(rng, schema) for name, schema in schemas.items()}
                yield Evaluation("nested", expression, data, schemas)
                number -= 1


def text_evaluations(number: int, seed: int = 0) -> Iterator[Evaluation]:
    """Hostile texts as literals of an expression and as constant text beside one."""
    rng = random.Random(seed)
    for _ in range(number):
        text = hostile_text(rng)
        quoted = "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r") + "'"
        beside = text.replace("{{", "{{ '{{' }}").replace("{%", "{{ '{%' }}")
        value = hostile_value(rng, S)
        forms = (
            quoted,
            f"{quoted} ~ a",
            f"a == {quoted}",
            f"{quoted} in a",
            f"[{quoted}, a]",
            f"{{x: {quoted}, y: a}}",
        )
        yield Evaluation("literal", rng.choice(forms), {"a": value}, {"a": S})
        yield Evaluation("template", f"{beside} {{{{ a }}}}{beside}", {"a": value}, {"a": S}, is_text=True)
