"""Filters that work on texts."""

from __future__ import annotations

from overture.expressions import patterns, texts
from overture.expressions.table import results
from overture.expressions.table.results import always
from overture.expressions.table.rows import Example, FilterRow, Parameter
from overture.expressions.table.subjects import LIST, SCALAR, STRING_OR_NULL
from overture.expressions.types import ANY, BOOLEAN, INTEGER, STRING, Json, list_of
from overture.expressions.values import render


def _not_empty(text: Json) -> str | None:
    return None if text else "the text is empty"


_PATTERN = Parameter("pattern", STRING, problem=patterns.pattern_problem, rule="bad-pattern")

ROWS: tuple[FilterRow, ...] = (
    FilterRow(
        "lower", STRING, (), always(STRING), "in small letters", texts.lower, (Example("'AbÄ' | lower", {}, "abä"),)
    ),
    FilterRow("upper", STRING, (), always(STRING), "in capitals", texts.upper, (Example("'aß' | upper", {}, "ASS"),)),
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
)
