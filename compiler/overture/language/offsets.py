"""Which character of the file is which character of a text: exactly, through quotes, escapes, folds and blocks.

The decoders below follow libyaml's scanner step by step but keep the offset of every character. As a check on
themselves they must arrive at the text that was read; should one ever not, every character is said to stand within
the value, which is never wrong, only wide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from overture.diagnostics.sources import Place
from overture.language.workflow import Json

_YAML_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_WIDTHS = {"x": 2, "u": 4, "U": 8}
_BREAK = re.compile(r"\r\n|\r|\n")
_PAIR = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_HEADER = re.compile(r"[|>]([-+]?)([1-9]?)([-+]?)[^\r\n]*")
_FIRST_LINE = re.compile(r"(?:(?:\r\n|\r|\n) *(?=[\r\n]))*(?:\r\n|\r|\n)( *)")

Decoded = tuple[list[str], list[int]]
"""The characters, and the offset in the file of each."""


def of_text(text: str, places: Mapping[str, Place], data: Json, pointer: str) -> list[int]:
    """The offset in the file of each character of the text value at `pointer`, and of its end: one more than its
    length. Of a value that is no text, of its characters in the file."""
    place = places.get(pointer)
    if place is None:
        return [0]
    value = _value_at(data, pointer)
    if not isinstance(value, str):
        return list(range(place.start, place.end + 1))
    for decode in _decoders(text, place):
        characters, offsets = decode()
        if "".join(characters) == value:
            return [*offsets, max(_end(text, place), offsets[-1] + 1 if offsets else 0)]
    return [min(place.start + index, max(place.start, place.end - 1)) for index in range(len(value))] + [place.end]


def _end(text: str, place: Place) -> int:
    """The offset of the closing quote, or the end of what has none."""
    return place.end - 1 if text[place.start : place.start + 1] in ("'", '"') else place.end


def _value_at(data: Json, pointer: str) -> Any:
    """None for a place whose value was refused, such as one under a key that stands twice."""
    value: Any = data
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        match value:
            case list() if key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            case dict():
                value = value.get(key)
            case _:
                return None
    return value


def _decoders(text: str, place: Place) -> list[Callable[[], Decoded]]:
    """The ways in which the value can be written, by its first character."""
    start, end = place.start, place.end
    match text[start : start + 1]:
        case '"':
            return [partial(_double, text, start + 1, end - 1)]
        case "'":
            return [partial(_single, text, start + 1, end - 1)]
        case "|" | ">" as style:
            header = _HEADER.match(text, start)
            if header is None:
                return []
            chomping = header[1] or header[3]
            body = header.end()
            # An indentation that is given counts from the parent's, which is not known here: the one that gives the
            # text is the right one. It is no wider than the first line that is not empty.
            first = _FIRST_LINE.match(text, body, end)
            given = int(header[2] or 0)
            indents = range(given, max(given, len(first[1]) if first else 0) + 1) if given else [0]
            return [partial(_block, text, body, style == "|", chomping, indent) for indent in indents]
        case _:
            return [partial(_flow, text, start, end, _plain_character)]


def _plain_character(text: str, here: int) -> tuple[str, int]:
    return text[here], 1


def _single(text: str, start: int, end: int) -> Decoded:
    return _flow(text, start, end, lambda text, here: (text[here], 2 if text.startswith("''", here) else 1))


def _double(text: str, start: int, end: int) -> Decoded:
    return _flow(text, start, end, _double_character)


def _double_character(text: str, here: int) -> tuple[str, int]:
    if text[here] != "\\":
        return text[here], 1
    escape = text[here + 1]
    if broken := _BREAK.match(text, here + 1):
        return "", broken.end() - here
    if pair := _PAIR.match(text, here):
        high, low = int(pair[1], 16), int(pair[2], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), 12
    if escape in _WIDTHS:
        width = _WIDTHS[escape]
        return chr(int(text[here + 2 : here + 2 + width], 16)), 2 + width
    return _YAML_ESCAPES.get(escape, escape), 2


def _flow(text: str, start: int, end: int, character: Callable[[str, int], tuple[str, int]]) -> Decoded:
    """A plain or quoted text: a line break is a space, further ones stay, white space round them goes."""
    characters: list[str] = []
    offsets: list[int] = []
    here = start
    while here < end:
        if text[here] not in " \t\r\n":
            char, width = character(text, here)
            if char:
                characters.append(char)
                offsets.append(here)
            here += width
            continue
        is_joined = here > start and text[here - 1] in "\r\n"  # an escaped line break goes before: nothing folds
        blanks = here
        while here < end and text[here] in " \t\r\n":
            here += 1
        breaks = list(_BREAK.finditer(text, blanks, here))
        if is_joined:
            characters.extend("\n" * len(breaks))
            offsets.extend(each.start() for each in breaks)
        elif not breaks:
            characters.extend(text[blanks:here])
            offsets.extend(range(blanks, here))
        elif len(breaks) == 1:
            characters.append(" ")
            offsets.append(breaks[0].start())
        else:
            characters.extend("\n" * (len(breaks) - 1))
            offsets.extend(each.start() for each in breaks[1:])
    return characters, offsets


def _block(text: str, start: int, is_literal: bool, chomping: str, indent: int) -> Decoded:
    """A literal or folded block; `indent` 0: the first line that is not empty says it.

    Follows `yaml_parser_scan_block_scalar` of libyaml: a break between two lines folds only when neither begins with
    white space.
    """
    found = _BREAK.match(text, start)
    here = found.end() if found else start
    indent, here, trailing = _breaks(text, here, indent)
    characters: list[str] = []
    offsets: list[int] = []
    leading: list[int] = []
    was_blank = False

    def put(breaks: list[int]) -> None:
        characters.extend("\n" * len(breaks))
        offsets.extend(breaks)

    while here < len(text) and _column(text, here) == indent:
        is_blank = text[here] in " \t"
        if leading and not is_literal and not was_blank and not is_blank:
            if not trailing:
                characters.append(" ")
                offsets.append(leading[0])
        else:
            put(leading)
        put(trailing)
        was_blank = is_blank
        found = _BREAK.search(text, here)
        line_end = found.start() if found else len(text)
        characters.extend(text[here:line_end])
        offsets.extend(range(here, line_end))
        leading = [found.start()] if found else []
        here = found.end() if found else len(text)
        _, here, trailing = _breaks(text, here, indent)
    if chomping != "-":
        put(leading)
    if chomping == "+":
        put(trailing)
    return characters, offsets


def _column(text: str, here: int) -> int:
    return here - max(text.rfind("\n", 0, here), text.rfind("\r", 0, here)) - 1


def _breaks(text: str, here: int, indent: int) -> tuple[int, int, list[int]]:
    """Empty lines and the indentation of the next one: that indentation, where it ends, the offsets of the breaks."""
    breaks: list[int] = []
    widest = 0
    while True:
        line = here
        while here < len(text) and text[here] == " " and (indent == 0 or here - line < indent):
            here += 1
        widest = max(widest, here - line)
        found = _BREAK.match(text, here)
        if found is None:
            return indent or max(widest, 1), here, breaks
        breaks.append(found.start())
        here = found.end()
