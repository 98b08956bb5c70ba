"""Text from a hostile file, made fit to be shown: nothing in it can move the cursor, hide, or turn the direction."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_TAB = "    "


def visible(text: str) -> str:
    """The text with every character that a terminal would obey, or not show, written out."""
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    code = ord(character)
    if character == "\t":
        return _TAB
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    # Cc: C1 controls; Cf: bidi, zero width, tags; Cs: surrogates; Zl, Zp: line ends; Co, Cn: what a font may draw.
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"):
        return f"<U+{code:04X}>"
    return character


def width(text: str) -> int:
    """The columns that visible text takes in a terminal (UAX 11: wide and full-width characters take two)."""
    return len(text) if text.isascii() else sum(map(_width, text))


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
