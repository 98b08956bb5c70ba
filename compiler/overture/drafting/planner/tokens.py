"""A request as tokens: words, numbers, quoted texts, urls, files, times, marks, and where a line begins.

A line break ends a sentence only where the writer meant one: a paragraph that an editor has wrapped stays one sentence.
Every expression below has bounded repetitions, so that no text is read in more than linear time.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "word", "number", "quoted", "url", "path", "slug", "time", "span", "ordinal", "channel", "email", "mark", "line"
]

FILE_ENDINGS = (
    "md",
    "txt",
    "json",
    "csv",
    "html",
    "htm",
    "yaml",
    "yml",
    "log",
    "xml",
    "tsv",
    "svg",
    "png",
    "jpg",
    "pdf",
    "sql",
    "sh",
    "py",
    "zip",
    "gz",
    "xlsx",
)
_ENDINGS = tuple(f".{ending}" for ending in FILE_ENDINGS)
_PATH = re.compile(r"[\w./~][\w./~-]{1,200}")
_ROOTED = re.compile(r"(?:\.{1,2}|~)?/\w")  # `./backup.sh`, `/usr/bin/make`: a path, whatever it ends with
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("url", r"https?://[^\s<>\"`{}|\\^“”‘’«»]{1,2000}"),
    ("email", r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"),
    ("channel", r"#[A-Za-z][\w-]{0,79}"),
    ("time", r"\d{1,2}(?:[:.]\d{2})?[ ]?(?:am|pm|a\.m\.|p\.m\.)(?!\w)|\d{1,2}:\d{2}(?![\d:])"),
    ("slug", r"[A-Za-z0-9][\w.-]{0,99}(?:/[A-Za-z0-9](?:[\w.-]{0,98}\w)?){1,2}(?![\w/])"),
    ("ordinal", r"\d{1,3}(?:st|nd|rd|th)(?!\w)"),
    ("span", r"\d{1,6}(?:ms|secs?|mins?|hrs?|[smhd])(?!\w)"),
    ("number", r"-?\d{1,3}(?:,\d{3}){1,4}(?![\w,])|-?\d{1,15}(?:\.\d{1,9})?(?!\w)"),
    ("word", r"(?:is|are|was|were|do|does|did|has|have|had|can|could|should|would)(?=n['’]t(?!\w))"),
    ("word", r"o['’]clock(?!\w)"),
    ("word", r"n['’]t(?!\w)|['’](?:s|re|ll|d|m|ve)(?!\w)"),
    ("word", r"\w+(?:-\w+){0,8}"),
    ("mark", r"\S"),
)
_TOKEN = re.compile(
    "|".join(f"(?P<k{number}>{pattern})" for number, (_, pattern) in enumerate(_PATTERNS)), re.IGNORECASE
)
_KINDS = tuple(kind for kind, _ in _PATTERNS)
_QUOTES = {'"': '"', "`": "`", "“": "”", "„": "“", "«": "»", "‘": "’", "'": "'"}
_QUOTED_LIMIT = 2000
_LINE = re.compile(
    r"[ \t]*(?:(?P<bullet>[-*•–+]|#{1,6}|\d{1,3}[.)]|\(?[a-z][.)]|step \d{1,3}[:.)]?)(?=\s))?[ \t]*", re.I
)
_WRAPPED_COLUMNS = 60  # an editor wraps lines that are at least this long; people end shorter ones on purpose
_GOES_ON = re.compile(r"(?:[,(–—-]|\b(?:and|or|the|a|an|to|from|of|in|on|with|as|for|by|at|into))$", re.I)
_ENDED = re.compile(r"[.;:!?]$")


@dataclass(frozen=True, slots=True)
class Token:
    """`start`, `end`: its place in the request. A token of kind `line` stands before the first word of a line:
    `indent` is that word's column and `bullet` what enumerates it (`-`, `1`, `a`, or '')."""

    kind: Kind
    text: str
    lower: str
    start: int
    end: int
    indent: int = 0
    bullet: str = ""


def tokenize(text: str) -> list[Token]:
    """All tokens of a text, in order; blanks are none."""
    found: list[Token] = []
    at, before = 0, ""
    for line in text.splitlines(keepends=True):
        found.extend(_line(text, line, at, before, bool(found)))
        at, before = at + len(line), line.strip()
    return found


def _line(text: str, line: str, at: int, before: str, has_more: bool) -> list[Token]:
    lead = _LINE.match(line)
    assert lead is not None  # every part of it may be empty
    rest = line[lead.end() :]
    if not rest.strip():
        return []
    found: list[Token] = []
    bullet = lead["bullet"] or ""
    if not (has_more and not bullet and _goes_on(before, rest)):
        sign = bullet if bullet[:1] in "-*•–+" else "#" if bullet.startswith("#") else "1" if bullet else ""
        found.append(Token("line", "", "", at, at + lead.end(), lead.end(), sign))
    here, end = at + lead.end(), at + len(line)
    while here < end:
        if text[here].isspace():
            here += 1
            continue
        token = _quoted(text, here, end) or _plain(text, here, end)
        found.append(token)
        here = token.end
    return found


def _goes_on(before: str, rest: str) -> bool:
    """Whether a line goes on with the sentence of the line before it."""
    if not before or _ENDED.search(before):
        return False
    if _GOES_ON.search(before):
        return True
    return len(before) >= _WRAPPED_COLUMNS and not rest[:1].isupper()


def _quoted(text: str, start: int, end: int) -> Token | None:
    close = _QUOTES.get(text[start])
    if close is None or (text[start] == "'" and start > 0 and text[start - 1].isalnum()):
        return None
    stop = text.find(close, start + 1, min(end, start + _QUOTED_LIMIT))
    if close in "'’":  # an apostrophe inside a word ends no quotation
        while stop >= 0 and stop + 1 < len(text) and text[stop + 1].isalnum():
            stop = text.find(close, stop + 1, min(end, start + _QUOTED_LIMIT))
    if stop <= start + 1:
        return None
    return Token("quoted", text[start + 1 : stop], text[start + 1 : stop].lower(), start, stop + 1)


def _plain(text: str, start: int, end: int) -> Token:
    path = _PATH.match(text, start, end)
    if path is not None:
        word = path[0].rstrip(".-")
        if _ROOTED.match(word) and (start == 0 or text[start - 1] in " \t\n("):
            return Token("path", word, word.lower(), start, start + len(word))
        if word.lower().endswith(_ENDINGS) and word[-5:].count(".") == 1 and not word.startswith(_ENDINGS):
            return Token("path", word, word.lower(), start, start + len(word))
    found = _TOKEN.match(text, start, end)
    assert found is not None and found.lastgroup is not None  # a mark is any character but a blank
    kind, word = _KINDS[int(found.lastgroup[1:])], found[0]
    if kind == "url":
        word = _trimmed(word)
    if kind == "word" and word.lower() in ("n't", "n’t"):
        return Token("word", word, "not", start, start + len(word))
    return Token(kind, word, word.lower().replace("’", "'"), start, start + len(word))


def _trimmed(url: str) -> str:
    """A url without the marks of the sentence it stands in."""
    while url[-1] in ".,;:!?'*)]":
        if (url[-1] == ")" and url.count("(") >= url.count(")")) or url.endswith("//"):
            break
        url = url[:-1]
    return url


_GAPS = frozenset(",.;:!?-–—()[]*#•·…\"'`>|_“”‘’")


def is_gap(token: Token) -> bool:
    """Whether a token is a mark that says nothing: punctuation, an ornament, a pictograph."""
    if token.kind == "line":
        return True
    if token.kind != "mark":
        return False
    return (
        token.text in _GAPS
        or unicodedata.category(token.text)[0] in "CZM"
        or unicodedata.category(token.text)
        in (
            "So",
            "Sk",
        )
    )


def ends_sentence(token: Token) -> bool:
    return token.kind == "line" or (token.kind == "mark" and token.text in ".;!?")
