"""Small words: lists, counts, durations, names and quotations."""

from __future__ import annotations

from collections.abc import Iterable

from overture.diagnostics.visible import visible

MOST = 90
"""Characters of somebody's text that a sentence quotes."""

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def named(name: str) -> str:
    return f"`{visible(name)}`"


def listed(parts: Iterable[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    *rest, last = list(parts)
    return f"{', '.join(rest)} {word} {last}" if rest else last


def names(parts: Iterable[str], word: str = "and") -> str:
    return listed(map(named, parts), word)


def counted(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number:,} {thing}s"


def lasting(seconds: float) -> str:
    """A duration in words: `1 hour 30 minutes`, `0.5 seconds`."""
    if seconds != int(seconds):
        return f"{seconds:g} seconds"
    left, parts = int(seconds), []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(counted(count, unit))
    return " ".join(parts) or "0 seconds"


def quoted(text: str, most: int | None = MOST) -> str:
    """The beginning of somebody's text, on one line."""
    words = visible(" ".join(text.split()))
    return f"“{words if most is None or len(words) <= most else words[: most - 1].rstrip() + '…'}”"


def code(text: str) -> str:
    """An expression that has no words, as it is written, on one line; a long one is cut."""
    return f"`{quoted(text)[1:-1]}`"


def sentence(text: str) -> str:
    """A text with a capital and a full stop."""
    text = text.strip()
    end = "" if text.endswith((".", ":", "!", "?", ".”", "!”", "?”")) else "."
    return text[:1].upper() + text[1:] + end
