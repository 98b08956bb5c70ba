"""Times of the day as people say them: `9am`, `17:30`, `noon`, `half past eight`, `nine in the evening`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from overture.drafting.planner.numbers import WORDS
from overture.drafting.planner.tokens import Token

_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?[ ]?(a|p)?\.?(?:m\.?)?")
_MOST = 24  # times of a day
_PARTS = {"morning": "a", "afternoon": "p", "evening": "p", "night": "p"}


@dataclass(frozen=True, slots=True)
class Time:
    """`end`: the token after the words."""

    hour: int
    minute: int
    end: int


def time_at(tokens: list[Token], at: int, half: str = "", *, is_plain: bool = False) -> Time | None:
    """The time that the words from a token on say, or None. `half`: `a` or `p` where the words round it say so.
    `is_plain`: not `ten to six`, as `from 10 to 6` is something else."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.lower in ("noon", "midday"):
        return Time(12, 0, at + 1)
    if token.lower == "midnight":
        return Time(0, 0, at + 1)
    if (not is_plain and token.lower in ("half", "quarter", "a")) or (
        not is_plain and (token.kind in ("word", "number") and _word(tokens, at + 1) in ("past", "to"))
    ):
        return _past(tokens, at, half)
    found = _clock(tokens, at)
    if found is None:
        return None
    return _in_half(tokens, *found, half)


def _word(tokens: list[Token], at: int) -> str:
    return tokens[at].lower if at < len(tokens) else ""


def _clock(tokens: list[Token], at: int) -> tuple[int, int, str, int] | None:
    """Hour, minute, half of the day and end of `9`, `9.30`, `9:30 pm`, `nine`, `nine thirty`."""
    token = tokens[at]
    if token.kind in ("time", "number"):
        found = _CLOCK.fullmatch(token.lower)
        if found is None:
            return None
        return int(found[1]), int(found[2] or 0), found[3] or "", at + 1
    hour = WORDS.get(token.lower) if token.kind == "word" else None
    if hour is None or hour > 24:
        return None
    minute = WORDS.get(_word(tokens, at + 1), 0)
    if minute and minute < 60 and _word(tokens, at + 2) not in ("minutes", "hours", "times"):
        return hour, minute, "", at + 2
    return hour, 0, "", at + 1


def _past(tokens: list[Token], at: int, half: str) -> Time | None:
    """`half past eight`, `a quarter to nine`, `ten past six`."""
    here = at + (tokens[at].lower == "a")
    first = _word(tokens, here)
    minutes = (
        {"half": 30, "quarter": 15}.get(first)
        or WORDS.get(first)
        or (int(first) if first.isdecimal() and len(first) < 3 else 0)
    )
    side = _word(tokens, here + 1)
    if not minutes or minutes >= 60 or side not in ("past", "to") or (first == "half" and side == "to"):
        return None
    hour = _clock(tokens, here + 2) if here + 2 < len(tokens) else None
    if hour is None or hour[1]:
        return None
    told = _in_half(tokens, hour[0], 0, hour[2], hour[3], half)
    if told is None:
        return None
    if side == "past":
        return Time(told.hour, minutes, told.end)
    return Time((told.hour - 1) % 24, 60 - minutes, told.end)


def _in_half(tokens: list[Token], hour: int, minute: int, said: str, end: int, half: str) -> Time | None:
    if _word(tokens, end) in ("o'clock", "oclock") or (_word(tokens, end) == "o" and _word(tokens, end + 1) == "clock"):
        end += 1 + (_word(tokens, end) == "o")
    if not said and _word(tokens, end) in ("am", "pm", "a.m", "p.m"):
        said = _word(tokens, end)[0]
        end += 1
    if not said and [_word(tokens, end), _word(tokens, end + 1)] == ["in", "the"] and _word(tokens, end + 2) in _PARTS:
        said = _PARTS[_word(tokens, end + 2)]
        end += 3
    if not said and [_word(tokens, end), _word(tokens, end + 1)] == ["at", "night"]:
        said = "p" if hour >= 6 else "a"
        end += 2
    if said and not 1 <= hour <= 12:
        return None
    said = said or (half if 1 <= hour < 12 else "")
    if said == "p" and hour < 12:
        hour += 12
    if said == "a" and hour == 12:
        hour = 0
    if hour == 24 and minute == 0:
        hour = 0
    return Time(hour, minute, end) if 0 <= hour < 24 and 0 <= minute < 60 else None


def times_at(tokens: list[Token], at: int, half: str = "") -> tuple[list[Time], int] | None:
    """`9, 12:30 and 17:00`: the times and the token after them, or None. Each time after the first stands between
    commas or `and`, and is no number of something."""
    first = time_at(tokens, at, half)
    if first is None:
        return None
    found, end = [first], first.end
    while len(found) < _MOST:
        here = end
        while here < len(tokens) and here < end + 2 and tokens[here].lower in (",", "and"):
            here += 1
        if here < len(tokens) and here > end and tokens[here].lower == "at":
            here += 1
        following = time_at(tokens, here, half) if here > end else None
        if following is None or (
            following.end < len(tokens)
            and tokens[following.end].kind == "word"
            and not _may_follow(tokens[following.end])
        ):
            return found, end
        found.append(following)
        end = following.end
    return found, end


def _may_follow(token: Token) -> bool:
    return token.lower in ("and", "on", "every", "each", "in", "then", "utc", "gmt") or token.text[0].isupper()
