"""Hostile data: the values at which engines, formats and languages have been seen to differ, for any schema.

`HOSTILE_TEXTS` break quoting, templates, encodings and the order of texts; numbers stand at the ends of 32 bits, of
what doubles hold exactly, and of 64 bits; lists hold duplicates and nothing; dates lie in and beside the hours that a
change of the clock skips or repeats. `OVERTURE_HOSTILE_TEXTS` may name a JSON file with a list of further texts.
"""

from __future__ import annotations

import json
import os
import random
from functools import cache
from pathlib import Path

from generated_data import Json, Schema, kinds_of

HOSTILE_TEXTS = (
    "", " ", "a", "b", "ab", "Ab c", "a,b,,c", "x=1&y=2", "a/b?c#d", "~!*()'", "42", "-7", "007", "1.50", "1e3",
    "0x1F", "1_000", "NaN", "Infinity", "true", "no", "null", "~", "[1, null]", '{"a": null, "b": 2.0}', "{a",
    "it's", '"quoted"', "'\"", "''", '""', "`", "\\", "\\\\", "a\\", "\\n", "\\'", "\\u0041", "C:\\new\\table",
    "{{ x }}", "{{", "}}", "{%", "{% if %}", "{#", "#}", "#{x}", "${x}", "$(id)", "%s %(a)s {0} {}", "{{ '{{' }}",
    "{% endverbatim %}", "{{/*", "{", "}", "\n", "line\nline", "two\r\nlines\r", "\ttab\t", " padded ",
    "\u00a0nbsp\u00a0", "\u3000wide\u3000", "\u2028\u2029", "\x85next", "\x00", "a\x00b",
    "\x01\x08\x0b\x0c\x1b\x1f\x7f", "\x80\x9f", "\ufeffbom", "\ufffe\uffff", "é", "e\u0301", "ﬁ ß İ ı ſ K", "ΑΣ ας",
    "日本語", "😀", "👩\u200d👩\u200d👧", "🇩🇪🇫", "\uff5a", "\U0001f600\uff5a", "\u202etxet\u202c", "\u2066a\u2069",
    "z\u0335\u0301\u0327algo", "a" * 63 + "é", "--flag", "-", "; rm -rf /", "| id", "<b>&amp;'\"</b>", "=1+1",
    "2026-01-31", "2026-02-30T00:00:00Z", "---", "...", "- a", "? a", "a: b", "# no", "*a", "&a", "!!x", "@x",
    "%YAML", "YQ==", "YQ", "w6Q=", "/w==", "a,b\r\n1,2\r\n", 'a\n"x', "%41%zz", "k", "n", "size", "length", "class",
    "a-b", "a b",
)  # fmt: skip
INTEGERS = (
    0, 1, -1, 2, 3, -3, 5, 7, 10, 60, 255, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**32, 2**53 - 1, 2**53,
    2**53 + 1, -(2**53) - 1, 10**18, 2**63 - 1, -(2**63), 3_037_000_500,
)  # fmt: skip
DOUBLES = (
    0.5, -0.5, 0.1, 0.1 + 0.2, 1.5, -1.25, 2.5, 3.5, -2.5, 1.005, 2.675, 0.045, 1 / 3, 1e-4, 1e-5, 1e-7, -1e-7,
    0.001, 12345678.5, 1234567.891, 1e15 + 0.5, 1e16, 1e17, 1e21, -1e21, 1e22, 1e23, 1e100, 1e300,
    1.7976931348623157e308, 2.2250738585072014e-308, 2.0**53, 2.0**63, 2.0, -0.0, 10.0, 123456789.0, 4.35, 9.995,
    100.125,
)  # fmt: skip
DATES = (
    "2026-01-31T09:00:00Z", "2026-03-28T12:00:00Z", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z",
    "2026-03-29T02:30:00", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00+02:00", "2026-10-25T02:30:00",
    "2024-02-29T23:59:59.999999+05:30", "2026-12-31", "2026-01-01t00:00:00z", "1999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00.5Z", "2026-07-01T00:00:00.123456789Z",
    "2026-01-31T24:00:00Z", "2026-02-30", "20260131", "soon", "2026-01-31 09:00:00", "2026-01-31T09:00Z",
    "2026-01-31T09:00", "2026-06-30T23:59:60Z", "2026-01-31T09:00:00+0100", "",
)  # fmt: skip
WILD_KEYS = (
    "",
    "a",
    "k",
    "a-b",
    "a b",
    "é",
    "😀",
    "\uff5a",
    "it's",
    "size",
    "class",
    "items",
    "and",
    "{{ x }}",
    "\n",
    "\\",
)
DEEPEST = 24


@cache
def hostile_texts() -> tuple[str, ...]:
    """The texts above, and those of the file that the environment names."""
    path = os.environ.get("OVERTURE_HOSTILE_TEXTS")
    more = json.loads(Path(path).read_text("utf-8")) if path else []
    return (*HOSTILE_TEXTS, *(text for text in more if not any(0xD800 <= ord(char) <= 0xDFFF for char in text)))


_PIECES = (
    "'", '"', "\\", "{", "}", "{{", "}}", "{%", "%}", "{#", "#}", "#{", "${", "\n", "\r", "\t", "\x00", "\u2028",
    "\u202e", "é", "e\u0301", "😀", "\uff5a", " ", "a", "0", ":", "-", "#", "&", "*", "|", ">", "%", "@", "`", ",",
    "<", "[", "]", "=", "::", "\\u", "\\'", '\\"', "\x7f", "\x85", "\ufeff", "/", "~", "!", "?", "$",
)  # fmt: skip


def hostile_text(rng: random.Random) -> str:
    """A text of the list, or one pieced together of what opens, closes and escapes."""
    if rng.random() < 0.7:
        return rng.choice(hostile_texts())
    return "".join(rng.choice(_PIECES) for _ in range(rng.randint(1, 8)))


def hostile_value(rng: random.Random, schema: Schema, depth: int = 3) -> Json:
    """A value that fits a schema, hostile wherever it may be; of a schema that says nothing, any value."""
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kind = rng.choice(sorted(kinds_of(schema)))
    match kind:
        case "null":
            return None
        case "boolean":
            return rng.random() < 0.5
        case "integer":
            return rng.choice(INTEGERS) if rng.random() < 0.8 else rng.randint(-12, 12)
        case "number":
            return rng.choice(DOUBLES) if rng.random() < 0.7 else rng.choice(INTEGERS)
        case "string":
            return rng.choice(DATES) if schema.get("format") == "date-time" else hostile_text(rng)
        case "array":
            return _list(rng, schema, depth)
    return _object(rng, schema, depth)


def _list(rng: random.Random, schema: Schema, depth: int) -> list[Json]:
    if depth <= 0:
        return []
    items = schema.get("items", {})
    least = schema.get("minItems", 0)
    found = [hostile_value(rng, items, depth - 1) for _ in range(max(least, rng.choice((0, 1, 2, 2, 3, 4, 6))))]
    if not items and rng.random() < 0.03:
        deep: Json = rng.choice((None, 1, "x"))
        for _ in range(DEEPEST):
            deep = [deep]
        found.append(deep)
    return [rng.choice(found) for _ in found] if found and rng.random() < 0.25 else found


def _object(rng: random.Random, schema: Schema, depth: int) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, inner in schema.get("properties", {}).items():
        if key in schema.get("required", ()) or rng.random() < 0.5:
            found[key] = hostile_value(rng, inner, depth - 1)
    rest = schema.get("additionalProperties", {})
    if rest is not False and depth > 0:
        for key in rng.sample(WILD_KEYS, rng.choice((0, 1, 2, 3))):
            found.setdefault(key, hostile_value(rng, rest if isinstance(rest, dict) else {}, depth - 1))
    return found
