"""Functions of the table that work on texts."""

from __future__ import annotations

import re
import unicodedata

from overture.expressions.failures import Refused
from overture.expressions.types import Json
from overture.expressions.values import MAX_TEXT_CHARACTERS, TOO_LONG, bounded, joined, render


def join(items: list[Json], separator: str) -> str:
    return joined(items, separator)


def split(text: str, separator: str | None) -> list[str]:
    if separator is None:
        return text.split()
    if not separator:
        raise Refused("the separator is empty")
    return text.split(separator)


_LINE_END = re.compile(r"\r\n|\n|\r")


def lines(text: str) -> list[str]:
    """Without their ends; what ends the last line begins no other."""
    found = _LINE_END.split(text)
    return found[:-1] if found[-1] == "" else found


_WORD = re.compile(r"[^-\s({\[<]+")


def title(text: str) -> str:
    """Words begin behind white space and `- ( { [ <`, as with Jinja."""
    return bounded(_WORD.sub(lambda match: match.group()[0].upper() + match.group()[1:].lower(), text))


def replace(text: str, old: str, new: str) -> str:
    if not old:
        raise Refused("the text to replace is empty")
    if len(text) + text.count(old) * (len(new) - len(old)) > MAX_TEXT_CHARACTERS:
        raise Refused(TOO_LONG)
    return text.replace(old, new)


def truncate(text: str, length: int, end: str) -> str:
    if length < 0:
        raise Refused("the length is negative")
    if len(text) <= length:
        return text
    return (text[: max(length - len(end), 0)] + end)[:length]


def slugify(value: Json) -> str:
    folded = unicodedata.normalize("NFKD", render(value)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")


_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"})


def escape(value: Json) -> str:
    return bounded(render(value).translate(_ESCAPES))


def upper(text: str) -> str:
    return bounded(text.upper())


def lower(text: str) -> str:
    return bounded(text.lower())


def trim(text: str) -> str:
    return text.strip()
