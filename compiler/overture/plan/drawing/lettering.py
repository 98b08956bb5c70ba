"""How wide a text is in pixels, and how it is made to fit.

Who reads an SVG has a monospace font of which nothing is known but its family, so widths are estimates from above: the
widest common faces (DejaVu Sans Mono, Menlo, Courier: 0.602 em) for what such a face holds, one em and a little for
what comes from another font. A text with such characters is also told its length (`textLength`), which holds in every
browser whatever font it finds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from html import escape

LINE_PX = 17.0
_NARROW_PX, _WIDE_PX, _PICTURE_PX, _SENTENCE_PX = 7.3, 12.8, 17.0, 60.0
_ELLIPSIS = "…"
_MONOSPACE = (
    range(0x20, 0x250),  # Latin
    range(0x370, 0x530),  # Greek, Cyrillic
    range(0x2010, 0x2028),  # dashes, quotation marks, the ellipsis
    range(0x20A0, 0x20BD),  # currencies
    range(0x2190, 0x2194),  # arrows
    range(0x2500, 0x2580),  # lines of boxes
    range(0xFFFD, 0xFFFE),  # the replacement character
)
_SENTENCES = frozenset("\ufdfa\ufdfb\ufdfd\u0bf5\ua9c5")  # one character that holds many letters


def _advance_px(char: str) -> float:
    if any(ord(char) in each for each in _MONOSPACE):
        return _NARROW_PX
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    if char in _SENTENCES or 0x12000 <= ord(char) < 0x15000:  # cuneiform and hieroglyphs are as wide as they like
        return _SENTENCE_PX
    return _PICTURE_PX if 0x2600 <= ord(char) < 0x2800 or ord(char) >= 0x1F000 else _WIDE_PX


def width_px(text: str) -> float:
    """The most that a text in 12 px takes; bold is no wider."""
    return len(text) * _NARROW_PX if text.isascii() else sum(map(_advance_px, text))


def _clusters(text: str) -> Iterator[str]:
    """What is one sign to the eye: a character with what is put on it or joined to it."""
    cluster = ""
    for char in text:
        if cluster and unicodedata.category(char) not in ("Mn", "Me", "Mc", "Cf") and not cluster.endswith("\u200d"):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def shortened(text: str, limit_px: float) -> str:
    """The text, or as much of it as fits before an ellipsis."""
    if width_px(text) <= limit_px:
        return text
    kept, used = "", width_px(_ELLIPSIS)
    for cluster in _clusters(text):
        used += width_px(cluster)
        if used > limit_px:
            break
        kept += cluster
    return kept.rstrip() + _ELLIPSIS


def lines(text: str, limit_px: float, most: int) -> list[str]:
    """At most so many lines, broken at spaces, in a long word where it must be; the last one is shortened."""
    found: list[str] = []
    rest = text
    while rest and len(found) < most - 1 and width_px(rest) > limit_px:
        fitting = shortened(rest, limit_px).removesuffix(_ELLIPSIS)
        at_space = fitting.rfind(" ") if not rest[len(fitting) :].startswith(" ") else len(fitting)
        end = at_space if at_space > len(fitting) // 2 else len(fitting)
        if end == 0:
            break
        found.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*found, shortened(rest, limit_px)] if rest else found


def text_element(x: float, y: float, text: str, style: str, full: str = "", scale: float = 1.0) -> str:
    """`<text>` with its baseline at y; `full` is shown to a reader that points at it."""
    narrow = all(any(ord(char) in each for each in _MONOSPACE) for char in text)
    length = "" if narrow else f' textLength="{number(width_px(text) * scale)}" lengthAdjust="spacingAndGlyphs"'
    tip = f"<title>{escape(full)}</title>" if full and full != text else ""
    return f'<text x="{number(x)}" y="{number(y)}" class="{style}"{length}>{escape(text)}{tip}</text>'


def number(value: float) -> str:
    """A coordinate to a tenth of a pixel."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")  # adding nothing makes -0.0 0.0
