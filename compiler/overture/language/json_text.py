"""JSON, strictly (RFC 8259): the data of a text and the place of every value in it.

Python's `json` gives no places, takes NaN, and keeps the last of two equal keys; a YAML parser has other escapes, no
pairs of surrogates, and takes more than JSON. So the scanner is ours: one regular expression for each token.
"""

from __future__ import annotations

import json
import re
from typing import Any

from overture.diagnostics.rules import Rule
from overture.diagnostics.sources import Place
from overture.language.document import (
    MAX_DEPTH,
    MAX_FINDINGS,
    MAX_VALUES,
    SPLIT,
    Document,
    Finding,
    Unreadable,
    escaped,
    number_of,
    shortened,
    too_many_values,
)
from overture.language.inner_quotes import inner_quote
from overture.language.rules.reading.duplicate_key import RULE as DUPLICATE_KEY
from overture.language.rules.reading.empty_document import RULE as EMPTY_DOCUMENT
from overture.language.rules.reading.not_json import RULE as NOT_JSON
from overture.language.rules.reading.not_text import RULE as NOT_TEXT
from overture.language.rules.reading.number_out_of_range import RULE as NUMBER_OUT_OF_RANGE
from overture.language.rules.reading.too_large import RULE as TOO_LARGE

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING_BODY = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*')
_STRING = re.compile(_STRING_BODY.pattern + '"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![0-9A-Za-z.+-])")
_NOT_FINITE = re.compile(r"-?(?:NaN|Infinity)\b")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[-+.0-9][-+.0-9A-Za-z]*|.", re.DOTALL)
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_json(text: str) -> Document:
    """The document in `text`, which begins without a byte order mark."""
    scanner = _Scanner(text)
    try:
        data = scanner.read()
    except Unreadable as end:
        scanner.findings.append(end.finding)
        return Document(None, scanner.places, scanner.findings)
    return Document(data, scanner.places, scanner.findings)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.places: dict[str, Place] = {}
        self.findings: list[Finding] = []

    def read(self) -> Any:
        start = self._skip(0)
        if start == len(self.text):
            raise Unreadable(
                Finding(EMPTY_DOCUMENT, "", 0, 0, "the file holds no workflow", "begin with `overture: 1`")
            )
        data, end = self._value(start, "", None, 0)
        rest = self._skip(end)
        if rest < len(self.text):
            raise self._wrong("", rest, "something stands after the end of the document", "a file holds one workflow")
        return data

    def _skip(self, start: int) -> int:
        space = _SPACE.match(self.text, start)
        return space.end() if space else start

    def _value(self, start: int, pointer: str, key: tuple[int, int] | None, depth: int) -> tuple[Any, int]:
        value: Any
        match self.text[start : start + 1]:
            case "{":
                value, end = self._object(start, pointer, self._deeper(depth, pointer, start))
            case "[":
                value, end = self._list(start, pointer, self._deeper(depth, pointer, start))
            case '"':
                value, end = self._string(start, pointer)
            case _:
                value, end = self._literal(start, pointer)
        self.places.setdefault(pointer, Place(start, end, key))
        if len(self.places) > MAX_VALUES:
            raise self._wrong("", self._skip(0), too_many_values(), SPLIT, rule=TOO_LARGE)
        return value, end

    def _deeper(self, depth: int, pointer: str, start: int) -> int:
        if depth >= MAX_DEPTH:
            message = f"lists and objects are nested more than {MAX_DEPTH} deep"
            help = "put the inner part into a workflow of its own, and `call` it"
            raise self._wrong(pointer, start, message, help, rule=TOO_LARGE)
        return depth + 1

    def _object(self, start: int, pointer: str, depth: int) -> tuple[dict[str, Any], int]:
        items: dict[str, Any] = {}
        keys: dict[str, tuple[int, int]] = {}
        here = self._skip(start + 1)
        if self.text[here : here + 1] == "}":
            return items, here + 1
        while True:
            if self.text[here : here + 1] != '"':
                self._unclosed(here, start, pointer)
                is_trailing = self.text[here] == "}"
                message = (
                    "a comma stands before the `}`" if is_trailing else "a key between double quotes is missing here"
                )
                raise self._wrong(pointer, here, message, "leave the comma out" if is_trailing else None)
            key, end = self._string(here, pointer)
            inner = f"{pointer}/{escaped(key)}"
            span = (here, end)
            if key in keys:
                message = f"{shortened(key)} stands here twice"
                self.findings.append(Finding(DUPLICATE_KEY, inner, here, end, message, earlier=keys[key]))
                items.pop(key, None)
                if len(self.findings) >= MAX_FINDINGS:
                    raise Unreadable(self.findings.pop())
            else:
                keys[key] = span
            colon = self._skip(end)
            if self.text[colon : colon + 1] != ":":
                self._unclosed(colon, start, pointer)
                raise self._wrong(pointer, colon, "a `:` is missing here")
            items[key], end = self._value(self._skip(colon + 1), inner, span, depth)
            here = self._skip(end)
            if self.text[here : here + 1] == "}":
                return items, here + 1
            here = self._comma(here, start, pointer, "}")

    def _list(self, start: int, pointer: str, depth: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        here = self._skip(start + 1)
        if self.text[here : here + 1] == "]":
            return items, here + 1
        while True:
            if self.text[here : here + 1] == "]":
                raise self._wrong(pointer, here, "a comma stands before the `]`", "leave the comma out")
            value, end = self._value(here, f"{pointer}/{len(items)}", None, depth)
            items.append(value)
            here = self._skip(end)
            if self.text[here : here + 1] == "]":
                return items, here + 1
            here = self._comma(here, start, pointer, "]")

    def _comma(self, here: int, start: int, pointer: str, closing: str) -> int:
        self._unclosed(here, start, pointer)
        if self.text[here] != ",":
            raise self._wrong(pointer, here, f"a `,` or a `{closing}` is missing before this")
        return self._skip(here + 1)

    def _unclosed(self, here: int, start: int, pointer: str) -> None:
        if here >= len(self.text):
            what = "an object" if self.text[start] == "{" else "a list"
            raise self._wrong(pointer, start, f"{what} that begins here is not closed")

    def _string(self, start: int, pointer: str) -> tuple[str, int]:
        found = _STRING.match(self.text, start)
        if found is None:
            raise self._broken_string(start, pointer)
        raw = found.group()
        if "\\" not in raw:
            return raw[1:-1], found.end()
        value: str = json.loads(raw)
        if _SURROGATE.search(value):
            message = "an escape is half of a character"
            help = "a character beyond U+FFFF is written as two escapes"
            raise Unreadable(Finding(NOT_TEXT, pointer, start, found.end(), message, help))
        return value, found.end()

    def _broken_string(self, start: int, pointer: str) -> Unreadable:
        good = _STRING_BODY.match(self.text, start)
        here = good.end() if good else start
        char = self.text[here : here + 1]
        if char == "\\" and here + 1 < len(self.text):
            return self._wrong(pointer, here, "this is no escape of JSON", "write `\\\\` for a backslash", width=2)
        if char and char not in "\\\r\n":
            help = f"write it as `\\u{ord(char):04x}`"
            return self._wrong(pointer, here, f"the control character U+{ord(char):04X} stands in a text", help)
        return self._wrong(pointer, start, "a text that begins here is not closed", "write `\\n` for the end of a line")

    def _literal(self, start: int, pointer: str) -> tuple[Any, int]:
        if found := _NUMBER.match(self.text, start):
            number = number_of(found.group())
            if number is None:
                shown = found.group() if len(found.group()) <= 40 else found.group()[:40] + "…"
                message, help = f"`{shown}` does not fit into 64 bits", "put it between quotes if it is a text"
                self.findings.append(Finding(NUMBER_OUT_OF_RANGE, pointer, start, found.end(), message, help))
            return number, found.end()
        if found := _NOT_FINITE.match(self.text, start):
            message, help = f"`{found.group()}` is no number of a workflow", "put it between quotes if it is a text"
            self.findings.append(Finding(NUMBER_OUT_OF_RANGE, pointer, start, found.end(), message, help))
            return None, found.end()
        word = _WORD.match(self.text, start)
        if word is None:
            raise self._wrong(pointer, len(self.text), "the text ends where a value is missing")
        if word.group() in _WORDS:
            return _WORDS[word.group()], word.end()
        if word.group() in ",:]}":
            raise self._wrong(pointer, start, "a value is missing here")
        if word.group() in "/#":
            raise self._wrong(pointer, start, "JSON has no comments", "leave it out, or name the file `.yaml`")
        help = "put it between double quotes if it is a text"
        raise self._wrong(pointer, start, "this is no value of JSON", help, width=word.end() - start)

    def _wrong(
        self, pointer: str, start: int, message: str, help: str | None = None, *, width: int = 1, rule: Rule = NOT_JSON
    ) -> Unreadable:
        inner = inner_quote(self.text, start)
        if inner is not None and inner.quote == '"' and inner.offset < start:
            start, width, message, help = inner.offset, 1, inner.message, inner.help
        return Unreadable(Finding(rule, pointer, start, min(start + width, len(self.text)), message, help))
