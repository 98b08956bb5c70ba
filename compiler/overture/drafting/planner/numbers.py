"""Numbers and durations as English says them."""

from __future__ import annotations

import re

from overture.drafting.planner.tokens import Token
from overture.drafting.planner.vocabulary import listed

_ONES = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
WORDS: dict[str, int] = {
    **{word: number for number, word in enumerate(_ONES)},
    **_TENS,
    **{f"{ten}-{_ONES[one]}": tens + one for ten, tens in _TENS.items() for one in range(1, 10)},
    "hundred": 100,
    "dozen": 12,
}
_ORDINALS = listed(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
ORDINALS: dict[str, int] = {
    **{word: number for number, word in enumerate(_ORDINALS)},
    **{f"twenty-{_ORDINALS[one]}": 20 + one for one in range(1, 10)},
    "thirtieth": 30,
    "thirty-first": 31,
}
UNITS = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
}
_LONGEST = 9  # digits of a duration: beyond it no wait is meant


def number_of(token: Token) -> int | float | None:
    """The number that a token says, or None."""
    if token.kind == "word":
        return WORDS.get(token.lower)
    if token.kind != "number":
        return None
    text = token.text.replace(",", "")
    return float(text) if "." in text else int(text)


def count_of(token: Token) -> int | None:
    """A whole number that is not negative, or None."""
    number = number_of(token)
    return number if isinstance(number, int) and number >= 0 else None


def ordinal_of(token: Token) -> int | None:
    """`15` of `15th` and of `fifteenth`, or None."""
    if token.kind == "ordinal":
        return int(re.sub(r"\D", "", token.text))
    return ORDINALS.get(token.lower) if token.kind == "word" else None


def duration_at(tokens: list[Token], at: int) -> tuple[int, str] | None:
    """The end and the text (`1h30m`) of the duration that begins at a token, or None."""
    parts: list[str] = []
    while (part := _part(tokens, at)) is not None:
        at, text = part
        parts.append(text)
        joined = at + 1 < len(tokens) and tokens[at].lower == "and" and _part(tokens, at + 1) is not None
        if joined:
            at += 1
    if not parts or not _is_falling(parts):
        return None
    return at, "".join(parts)


def _part(tokens: list[Token], at: int) -> tuple[int, str] | None:
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind == "span":
        digits = re.sub(r"\D", "", token.text)
        return at + 1, f"{int(digits)}{UNITS[token.lower[len(digits) :]]}"
    following = [each.lower for each in tokens[at + 1 : at + 3]]
    if token.lower == "half" and following[:2] in (["an", "hour"], ["a", "minute"], ["a", "day"]):
        return at + 3, {"hour": "30m", "minute": "30s", "day": "12h"}[following[1]]
    number = 1 if token.lower in ("a", "an") else count_of(token)
    if number is None or len(str(number)) > _LONGEST or not following or len(following[0]) == 1:
        return None
    unit = UNITS.get(following[0])
    return (at + 2, f"{number}{unit}") if unit else None


def _is_falling(parts: list[str]) -> bool:
    """Whether the units go from long to short, each once, as a duration writes them."""
    order = [("d", "h", "m", "s", "ms").index(re.sub(r"\d", "", part)) for part in parts]
    return order == sorted(set(order))
