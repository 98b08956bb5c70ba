"""What a scalar of YAML says (YAML 1.2.2, 10.3.2), and where a block of text ends."""

from __future__ import annotations

import re
from typing import Any

from overture.language.document import MAX_INTEGER, number_of

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUES = frozenset({"true", "True", "TRUE"})
_FALSES = frozenset({"false", "False", "FALSE"})
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_MAYBE_NUMBER = frozenset("+-.0123456789")
REFUSED = object()
"""Stands for a number that JSON does not have."""


def scalar(text: str) -> Any:
    """The value of a plain scalar by the core schema; `REFUSED` for a number that JSON does not have."""
    if text in _NULLS:
        return None
    if text[0] not in _MAYBE_NUMBER:
        return True if text in _TRUES else False if text in _FALSES else text
    if _DECIMAL.match(text):
        number = number_of(text)
        return REFUSED if number is None else number
    if _BASED.match(text):
        integer = int(text[2:], 8 if text[1] == "o" else 16) if len(text) < 40 else MAX_INTEGER
        return integer if integer < MAX_INTEGER else REFUSED
    return REFUSED if _NOT_FINITE.match(text) else text


def end_of_block(text: str, start: int, end: int) -> int:
    """Where a block scalar's last line ends, without the line breaks and empty lines after it."""
    while end > start and text[end - 1] in "\r\n":
        end -= 1
        line = text.rfind("\n", start, end) + 1
        if line and not text[line:end].strip(" \t\r"):
            end = line
    return end
