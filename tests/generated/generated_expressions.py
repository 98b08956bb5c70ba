"""Random expressions over names of known types: right ones, and now and then one that reads or takes anything.

`Reads` are what may be read at a place. A `Pen` writes expressions of a wanted kind over them, from all of the table's
filters, tests, functions and operators. Where its `wildness` is 0, what it writes is right: what may be missing or null
has a `default`, and every operand has the type that its operator takes.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace

from generated_data import (
    ANYTHING,
    BOOLEAN,
    DATE,
    INTEGER,
    KEYS,
    NUMBER,
    STRING,
    Schema,
    kinds_of,
    list_of,
    object_of,
    random_value,
    without_null,
)


@dataclass(frozen=True, slots=True)
class Read:
    """A path and what its value looks like. `is_sure`: it is certainly there (it may still be null). `guards`: the
    conditions that make it sure, beside `is defined`."""

    text: str
    schema: Schema
    is_sure: bool = True
    guards: tuple[str, ...] = ()

    @property
    def kinds(self) -> frozenset[str]:
        return kinds_of(self.schema)

    @property
    def is_plain(self) -> bool:
        """There, and not null: it needs no `default`."""
        return self.is_sure and "null" not in self.kinds

    def unsure(self, *guards: str) -> Read:
        return replace(self, is_sure=False, guards=guards if self.is_sure else ())


def steps(read: Read) -> list[Read]:
    """The paths one step further in."""
    found = []
    if "object" in read.kinds and "enum" not in read.schema:
        for key, schema in read.schema.get("properties", {}).items():
            is_sure = read.is_plain and key in read.schema.get("required", ()) and read.kinds == {"object"}
            found.append(Read(f"{read.text}.{key}", schema, is_sure))
    if "array" in read.kinds and "items" in read.schema:
        is_sure = read.is_plain and read.schema.get("minItems", 0) > 0 and read.kinds == {"array"}
        found += [Read(f"{read.text}[{number}]", read.schema["items"], is_sure) for number in (0, -1)]
    if not read.kinds <= {"object", "null"} and not read.kinds <= {"array", "null"}:
        return []  # of a union we say nothing more
    return found


LITERALS: dict[str, tuple[str, ...]] = {
    "string": ("'a'", "''", "'x y'", "'42'", "'é'"),
    "integer": ("0", "1", "2", "3", "-1", "10"),
    "number": ("0.5", "2", "-1.25", "1e3"),
    "boolean": ("true", "false"),
    "array": ("[1, 2]", "['a']", "[]"),
    "object": ("{a: 1}", "{}", "{a: 'x', b: [1]}"),
    "date": ("'2026-01-31T09:00:00Z'",),
    "any": ("1", "'a'", "null", "[1]", "{a: 1}", "true"),
    "strings": ("['a', 'b']", "['x']"),
    "integers": ("[3, 1, 2]", "[1]"),
}
_KINDS = {
    "string": STRING,
    "integer": INTEGER,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "array": list_of(ANYTHING),
    "object": {"type": "object"},
    "date": DATE,
    "any": ANYTHING,
    "strings": list_of(STRING),
    "integers": list_of(INTEGER),
}
WANTED = tuple(_KINDS)

# `<s>` and its kin are operands of a kind; what stands there is written in brackets unless it is a path or a literal.
_HOLES = {
    "s": "string",
    "i": "integer",
    "n": "number",
    "b": "boolean",
    "l": "array",
    "o": "object",
    "d": "date",
    "a": "any",
    "S": "strings",
    "I": "integers",
}
PRODUCTIONS: dict[str, tuple[str, ...]] = {
    "string": (
        "<a> ~ <a>", "<s> + <s>", "<s> | lower", "<s> | upper", "<s> | title", "<s> | trim",
        "<s> | replace('a', <s>)", "<s> | truncate(5)", "<s> | truncate(3, end='')", "<l> | join(', ')",
        "<S> | join(<s>)", "<a> | string", "<a> | tojson", "<s> | slugify", "<i> | slugify", "<a> | escape",
        "<s> | regex_replace('[0-9]+', '<>')", "<n> | fixed(2)", "<s> | urlencode", "<n> | urlencode",
        "<s> | base64encode", "<s> | base64encode | base64decode", "<s> | sha256", "<d> | date('%Y-%m-%d')",
        "<d> | date('%H:%M', 'Europe/Berlin')", "<s>[0:2]", "<s>[-3:]", "<s> | reverse", "(<s> | first) | default('-')",
        "<S> | first | default(<s>)", "<s> | extract('[a-z]+') | default(<s>)", "<s> if <b> else <s>", "now()",
        "(<o> | keys) | join(',')", "[{a: <s>, b: <i>}] | tocsv", "<d> | date_add(<i>, 'days')",
        "[<s>, <s>][0]", "{a: <s>}.a", "(<S> | last) | default('')",
    ),
    "integer": (
        "<s> | length", "<l> | length", "<o> | length", "<i> + <i>", "<i> - <i>", "<i> * <i>", "<i> // 2", "<i> % 3",
        "-<i>", "<i> | abs", "<n> | int", "'12' | int", "<I> | sum", "<n> | round", "<d> | date_diff(<d>, 'hours')",
        "<i> ** 2", "<i> if <b> else <i>", "[<i>, <i>] | max", "[<i>, 3] | min", "(<I> | first) | default(<i>)",
        "range(0, 3) | length", "<I>[0] | default(0)", "<I> | last | default(1)", "{n: <i>}['n']",
        "<I> | reverse | sum",
    ),
    "number": (
        "<n> + <n>", "<n> - <i>", "<n> * <n>", "<n> / 2", "<n> // 3", "<n> | abs", "<n> | round(1)", "<i> | float",
        "'1.5' | float", "[<n>, <i>] | sum", "<n> if <b> else <i>", "<i>", "-<n>", "[<n>, 1.5] | min",
    ),
    "boolean": (
        "<i> == <i>", "<i> != <n>", "<n> < <n>", "<i> >= <i>", "<s> < <s>", "<s> == <s>", "<s> in <S>", "<i> in <I>",
        "<s> in <s>", "<s> not in <S>", "<s> in <o>", "not <b>", "<b> and <b>", "<b> or <b>", "<s> is empty",
        "<l> is not empty", "<o> is empty", "<a> is string", "<a> is none", "<a> is not none", "<a> is number",
        "<a> is sequence", "<a> is mapping", "<a> is boolean", "<s> | matches('^[a-z]')", "<b> if <b> else <b>",
        "<l> | length > 0", "<a> == <a>", "<i> < <i> <= 5", "<d> > <d>", "<s> | length > 2", "<a> is defined",
    ),
    "strings": (
        "<s> | split(',')", "<s> | split", "<s> | lines", "<S> | sort", "<S> | unique", "<S> | reverse", "<S> + <S>",
        "<o> | keys", "<S>[1:]", "[<s>, <s>]", "<S> if <b> else <S>", "<S> | select('ne', <s>)",
        "<S> | reject('in', <S>)", "[<S>, <S>] | flatten", "<I> | map(attribute='a')",
    ),
    "integers": (
        "range(0, 3)", "<I> | sort", "<I> | sort(reverse=true)", "<I> | unique", "<I> + [<i>]", "[<i>, <i>]",
        "<I> | select('gt', <i>)", "<I> | reject('eq', <i>)", "<I>[:2]", "{a: <i>, b: <i>} | values",
        "[<I>, <I>] | flatten", "[{n: <i>}, {n: 2}] | map(attribute='n')", "(<I> | batch(2)) | flatten",
    ),
    "array": (
        "<S>", "<I>", "<I> | batch(2)", "[<a>, <a>]", "<l> + <l>", "<l> | reverse", "<l> | unique", "<o> | values",
        "<l>[0:1]", "<s> | fromcsv", "[{k: <s>, n: <i>}] | groupby('k')", "[{k: <s>}] | sort(attribute='k')",
        "[{k: <b>}, {k: true}] | selectattr('k')", "[{k: <i>}] | rejectattr('k', 'eq', <i>)", "<l> | reject('none')",
    ),
    "object": (
        "<o> | combine(<o>)", "{a: <a>, b: <s>}", "{a: {b: <i>}}", "[{k: <s>, n: <i>}] | indexby('k')",
        "<o> if <b> else <o>", "{'x y': <a>}", "'{\"a\": 1}' | fromjson | default({})",
    ),
    "date": (
        "<d>", "<d> | date_add(1, 'days')", "<d> | date_add(<i>, 'hours', 'Europe/Berlin')", "now()",
    ),
    "any": ("<s>", "<i>", "<n>", "<b>", "<l>", "<o>", "<S>", "<I>", "<d>"),
}  # fmt: skip
_WRONG_IN_SOUND = ("<I> | map(attribute='a')", "'{\"a\": 1}' | fromjson | default({})", "<s> | fromcsv")
_FORMS = ("{0} is defined", "{0} is not none", "{0} != null", "{0} is not empty", "{0} | length > 0", "{0} is string")


class Pen:
    """Writes expressions over what may be read. `wildness`: how often, of all operands, one is anything at all."""

    def __init__(self, rng: random.Random, wildness: float = 0.0) -> None:
        self.rng = rng
        self.wildness = wildness

    # What is read

    def descend(self, reads: list[Read]) -> Read:
        """A random path: a name, or something inside it."""
        found = self.rng.choice(reads)
        while self.rng.random() < 0.6 and (inside := steps(found)):
            found = self.rng.choice(inside)
        return found

    def path_of(self, kind: str, reads: list[Read]) -> str | None:
        """A path of a kind, with a `default` where it needs one; None when there is none at hand."""
        for _ in range(12):
            found = self.descend(reads)
            if not self.fits(found.schema, kind) or ("enum" in found.schema and kind != "any" and not self.wildness):
                continue  # a word of an enum is compared with its kind only
            if found.is_plain or (kind == "any" and found.is_sure):
                return found.text
            if self.wildness and self.rng.random() < 0.3:
                return found.text
            return f"({found.text} | default({self.rng.choice(LITERALS[kind])}))"
        return None

    @staticmethod
    def fits(schema: Schema, kind: str) -> bool:
        """Whether every value of a schema, null aside, is of a kind."""
        kinds = kinds_of(schema) - {"null"}
        if kind == "any":
            return bool(kinds)
        if kind == "date":
            return kinds == {"string"} and schema.get("format") == "date-time"
        if kind in ("strings", "integers"):
            item = {"string"} if kind == "strings" else {"integer"}
            return kinds == {"array"} and kinds_of(schema.get("items", ANYTHING)) == item
        if kind == "number":
            return bool(kinds) and kinds <= {"number", "integer"}
        return kinds == {kind}

    # What is written

    def of(self, kind: str, reads: list[Read], depth: int = 2) -> str:
        """An expression of a kind, fit to stand as an operand."""
        if self.wildness and self.rng.random() < self.wildness:
            return self.anything(reads, depth)
        if self.rng.random() < 0.55 and (path := self.path_of(kind, reads)) is not None:
            return path
        if depth <= 0 or self.rng.random() < 0.15:
            return self.rng.choice(LITERALS[kind])
        return f"({self.produced(kind, reads, depth)})"

    def produced(self, kind: str, reads: list[Read], depth: int = 2) -> str:
        """An expression of a kind with an operator, a filter or a function."""
        choices = PRODUCTIONS[kind]
        if not self.wildness:
            choices = tuple(each for each in choices if each not in _WRONG_IN_SOUND)
        if self.rng.random() < 0.3 and (over_items := self.over_items(kind, reads)) is not None:
            return over_items
        return self.filled(self.rng.choice(choices), reads, depth - 1)

    def filled(self, production: str, reads: list[Read], depth: int) -> str:
        pieces = production.split("<")
        found = pieces[0]
        is_question = not self.wildness and production in PRODUCTIONS["boolean"]
        for piece in pieces[1:]:
            hole, closing, rest = piece.partition(">")
            if closing and hole in _HOLES:
                kind = _HOLES[hole]
                path = self.path_of(kind, reads) if is_question else None  # a question that data answer
                found += (path or self.of(kind, reads, depth)) + rest
                is_question = False
            else:
                found += "<" + piece
        return found

    def over_items(self, kind: str, reads: list[Read]) -> str | None:
        """A filter over a list of objects that is read, by an attribute of its items."""
        lists = [each for each in (self.descend(reads) for _ in range(6)) if _is_list_of_objects(each.schema)]
        if not lists:
            return None
        chosen = self.rng.choice(lists)
        items = without_null(chosen.schema)["items"]
        key, schema = self.rng.choice(list(items["properties"].items()))
        text = chosen.text if chosen.is_plain else f"({chosen.text} | default([]))"
        is_there = key in items.get("required", ()) or (self.wildness > 0 and self.rng.random() < 0.3)
        if not is_there:
            text = f"({text} | selectattr('{key}', 'defined'))"
        kinds = kinds_of(schema)
        if "null" in kinds and not (self.wildness and self.rng.random() < 0.3):
            text, kinds = f"({text} | rejectattr('{key}', 'none'))", kinds - {"null"}
        literal = json.dumps(random_value(self.rng, without_null(schema)), ensure_ascii=False)
        has_order = kinds in ({"string"}, {"integer"}, {"number"}, {"boolean"})
        if kind == "integers" and kinds == {"integer"}:
            return f"{text} | map(attribute='{key}')"
        if kind == "strings" and kinds == {"string"}:
            return f"{text} | map(attribute='{key}')"
        if kind == "array":
            found = [f"{text} | map(attribute='{key}')", f"{text} | selectattr('{key}', 'ne', {literal})"]
            found += [f"{text} | sort(attribute='{key}')", f"{text} | groupby('{key}')"] if has_order else []
            return self.rng.choice(found)
        if kind == "object":
            return f"{text} | indexby('{key}')" if kinds <= {"string", "integer"} else None
        if kind == "integer":
            return f"{text} | selectattr('{key}', 'eq', {literal}) | length"
        return None

    def anything(self, reads: list[Read], depth: int = 1) -> str:
        """An operand of whatever kind: a path without its `default`, one into nothing, another type."""
        roll = self.rng.random()
        if roll < 0.6:
            found = self.descend(reads).text
            if self.rng.random() < 0.15:
                found += self.rng.choice((f".{self.rng.choice(KEYS)}", "[0]", " | first", "[1]", "['a b']"))
            return f"({found})"
        kind = self.rng.choice(WANTED)
        if roll < 0.75 or depth <= 0:
            return self.rng.choice(LITERALS[kind])
        return f"({self.produced(kind, reads, depth)})"

    def condition(self, reads: list[Read], depth: int = 2) -> str:
        """A condition that depends on data: it begins with a path."""
        for _ in range(12):
            found = self.descend(reads)
            text = found.text
            schema = without_null(found.schema)
            if not found.is_plain:
                if self.wildness and self.rng.random() < 0.2:
                    return self.rng.choice(_FORMS).format(text)
                if not found.is_sure or self.rng.random() < 0.3:
                    return f"{text} is {self.rng.choice(('', 'not '))}defined"
                return f"{text} is {self.rng.choice(('', 'not '))}none"
            if "enum" in schema:
                if len(schema["enum"]) < 2 and not self.wildness:
                    continue
                literal = json.dumps(self.rng.choice(schema["enum"]))
                return f"{text} {self.rng.choice(('==', '!='))} {literal}"
            kinds = kinds_of(schema)
            if kinds == {"boolean"}:
                return self.rng.choice((text, f"not {text}"))
            if kinds <= {"integer", "number"}:
                operator = self.rng.choice(("<", ">", "==", "!=", ">="))
                return f"{text} {operator} {self.of('number', reads, depth - 1)}"
            if kinds == {"string"}:
                return f"{text} {self.rng.choice(('==', '!=', '<', 'in'))} {self.of('string', reads, depth - 1)}"
            if kinds in ({"array"}, {"object"}):
                return self.rng.choice((f"{text} is not empty", f"{text} | length > 0", f"{text} is empty"))
        return "inputs.n > 1"

    def typed(self, reads: list[Read], depth: int = 2) -> tuple[str, Schema]:
        """An expression of any kind, with what its value looks like."""
        if self.rng.random() < 0.5:
            for _ in range(8):
                found = self.descend(reads)
                if found.is_sure or (self.wildness and self.rng.random() < 0.1):
                    return found.text, found.schema
        kind = self.rng.choice([each for each in WANTED if each not in ("any", "date", "array", "object")])
        return self.of(kind, reads, depth), _KINDS[kind]


def guard_of(read: Read, rng: random.Random) -> tuple[str, Read]:
    """A condition, and the path as it is where that holds: there and not null, or a list with an item."""
    sure = Read(read.text, without_null(read.schema), True)
    if not read.is_sure:
        if read.guards and "null" not in read.kinds and rng.random() < 0.7:
            return rng.choice(read.guards), sure
        if "null" not in read.kinds:
            return f"{read.text} is defined", sure
        return f"{read.text} is defined and {read.text} is not none", sure
    if "null" in read.kinds:
        return rng.choice((f"{read.text} is not none", f"{read.text} != null")), sure
    if read.kinds == {"array"}:
        least = Read(read.text, {**read.schema, "minItems": max(read.schema.get("minItems", 0), 1)}, True)
        return rng.choice((f"{read.text} is not empty", f"{read.text} | length > 0")), least
    if "enum" in read.schema and len(read.schema["enum"]) > 1 and rng.random() < 0.5:
        value = rng.choice(read.schema["enum"])
        return f"{read.text} == {json.dumps(value)}", Read(read.text, {"enum": [value]}, True)
    return f"{read.text} is defined", sure


def _is_list_of_objects(schema: Schema) -> bool:
    items = schema.get("items", {})
    return (
        kinds_of(schema) - {"null"} == {"array"}
        and kinds_of(items) == {"object"}
        and bool(items.get("properties"))
        and "enum" not in schema
    )


__all__ = ["LITERALS", "PRODUCTIONS", "WANTED", "Pen", "Read", "guard_of", "object_of", "steps"]
