"""On which days, or how often: `every 15 minutes`, `on weekdays`, `on the 1st and 15th of every month`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from overture.drafting.planner.numbers import count_of, ordinal_of
from overture.drafting.planner.times import Time
from overture.drafting.planner.tokens import Token
from overture.drafting.planner.vocabulary import listed, vocabulary

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAY_NUMBERS = {
    **{day: number for number, day in enumerate(_DAYS)},
    **{f"{day}s": number for number, day in enumerate(_DAYS)},
    **{day[:3]: number for number, day in enumerate(_DAYS)},
    "tues": 2,
    "thur": 4,
    "thurs": 4,
}
_MONTHS = listed("january february march april may june july august september october november december")
_WORKING = vocabulary("weekday weekdays workday workdays")
PARTS = {"morning": (9, 0), "afternoon": (14, 0), "evening": (18, 0), "night": (2, 0)}
HALVES = {"morning": "a", "afternoon": "p", "evening": "p", "night": ""}
BEGINNINGS = (
    vocabulary(
        "run runs repeat do start starts every each hourly daily nightly weekly monthly quarterly yearly annually once "
        "on at @ working business work"
    )
    | _WORKING
    | frozenset(_DAY_NUMBERS)
)
_MOST = 12  # days that are enumerated


@dataclass(slots=True)
class Occasion:
    """What the words of a schedule have said so far; `at`: the token that is read next."""

    tokens: list[Token]
    at: int
    start: int = 0
    times: list[Time] = field(default_factory=list)
    days_of_week: str = "*"
    days_of_month: str = "*"
    months: str = "*"
    is_daily: bool = False
    every_minutes: int = 0
    every_hours: int = 0
    hours: tuple[Time, Time] | None = None
    part: str = ""
    zone: str | None = None
    unclear_zone: str | None = None
    assumptions: list[str] = field(default_factory=list)
    refused: str | None = None

    def word(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at].lower if at < len(self.tokens) else ""

    def takes(self, *words: str) -> bool:
        """Whether these words come next; if so they are read."""
        if [self.word(ahead) for ahead in range(len(words))] != list(words):
            return False
        self.at += len(words)
        return True

    @property
    def is_regular(self) -> bool:
        return bool(self.every_minutes or self.every_hours)

    @property
    def has_days(self) -> bool:
        return self.is_daily or (self.days_of_week, self.days_of_month, self.months) != ("*", "*", "*")


def read_interval(said: Occasion) -> bool:
    """Reads `every 15 minutes`, `hourly`; what cron cannot say is read, too, and refused."""
    if (
        said.takes("hourly")
        or said.takes("every", "hour")
        or said.takes("each", "hour")
        or said.takes("once", "an", "hour")
    ):
        said.every_hours = 1
        return True
    if said.takes("every", "minute") or said.takes("each", "minute"):
        said.every_minutes = 1
        return True
    if said.takes("every", "half", "hour") or said.takes("every", "half", "an", "hour"):
        said.every_minutes = 30
        return True
    if said.word() not in ("every", "each") or said.at + 2 >= len(said.tokens) + 1:
        return False
    if said.word(1) in ("other", "second") and said.word(2).rstrip("s") in (
        "day",
        "week",
        "month",
        "hour",
        "minute",
        *_DAYS,
    ):
        if said.word(2) == "hour":
            said.at += 3
            said.every_hours = 2
            return True
        return _refuse(said, 3)
    if said.at + 1 < len(said.tokens) and said.tokens[said.at + 1].kind == "span":
        token = said.tokens[said.at + 1]
        return _every(said, int(re.sub(r"\D", "", token.text)), re.sub(r"\d", "", token.lower)[0], 2)
    number = count_of(said.tokens[said.at + 1]) if said.at + 1 < len(said.tokens) else None
    unit = said.word(2).rstrip("s")
    if number is None or unit not in ("minute", "min", "hour", "day", "week", "month", "year", "second"):
        return False
    return _every(said, number, unit[0] if unit != "month" else "M", 3)


def _every(said: Occasion, number: int, unit: str, words: int) -> bool:
    if unit == "m" and 0 < number < 60 and 60 % number == 0:
        said.every_minutes = number
    elif unit == "m" and number and number % 60 == 0 and number < 1440 and 1440 % number == 0:
        said.every_hours = number // 60
    elif unit == "h" and 0 < number < 24 and 24 % number == 0:
        said.every_hours = number
    elif (unit == "d" and number == 1) or (unit == "h" and number == 24):
        said.is_daily = True
    elif unit == "M" and number and 12 % number == 0:
        said.days_of_month = "1"
        said.months = f"*/{number}" if number > 1 else "*"
    else:
        return _refuse(said, words)
    said.at += words
    return True


def _refuse(said: Occasion, words: int) -> bool:
    phrase = " ".join(token.text for token in said.tokens[said.at : said.at + words])
    said.refused = f"cron cannot say `{phrase}`: at which times should it run?"
    said.at += words
    return True


def read_days(said: Occasion) -> bool:
    """Reads the days on which something is to happen."""
    before = said.at
    if said.takes("daily") or said.takes("once", "a", "day"):
        said.is_daily = True
        return True
    if said.takes("nightly"):
        said.is_daily, said.part = True, "night"
        return True
    if said.takes("monthly") or said.takes("once", "a", "month"):
        return _monthly(said)
    if (
        said.takes("weekly")
        or said.takes("once", "a", "week")
        or said.takes("every", "week")
        or said.takes("each", "week")
    ):
        return _weekly(said)
    if said.takes("quarterly") or said.takes("every", "quarter"):
        said.days_of_month, said.months = "1", "1,4,7,10"
        said.assumptions.append("a quarter begins in January, April, July and October")
        return True
    if said.takes("yearly") or said.takes("every", "year") or said.takes("annually"):
        return _yearly(said)
    said.at += said.word() in ("every", "each", "on")
    is_every = said.at > before
    said.at += is_every and said.word() in ("the", "single")
    if is_every and said.takes("day"):
        said.is_daily = True
        return True
    if is_every and said.takes("month"):
        return _monthly(said)
    if is_every and said.word() in PARTS:
        said.is_daily, said.part = True, said.word()
        said.at += 1
        return True
    if said.word() in _WORKING or (said.word() in ("working", "business", "work") and said.word(1) in ("day", "days")):
        said.at += 1 if said.word() in _WORKING else 2
        said.days_of_week = "1-5"
        return True
    if is_every and said.word() in ("weekend", "weekends"):
        said.at += 1
        said.days_of_week = "0,6"
        return True
    return _named_days(said, is_every) or _dates(said, is_every, before) or _back(said, before)


def _back(said: Occasion, before: int) -> bool:
    said.at = before
    return False


def _named_days(said: Occasion, is_every: bool) -> bool:
    """`Monday and Thursday`, `Mondays`, `Monday to Friday`, with the part of the day."""
    number = _day(said, 0)
    if number is None or not (
        is_every or said.word().endswith("s") or said.has_days or said.times or said.word(1) in ("to", "through", "-")
    ):
        return False
    said.at += 1
    last = _day(said, 1) if said.word() in ("to", "through", "until", "till") else None
    if last is not None:
        said.at += 2
        said.days_of_week = (
            f"{number}-{last}"
            if last > number
            else f"{number}-6,0-{last}"
            if last < number and last
            else f"{number}-6,0"
        )
        return True
    numbers = {number}
    for _ in range(_MOST):
        skip = 0
        while said.word(skip) in (",", "and", "on") and skip < 3:
            skip += 1
        following = _day(said, skip)
        if not skip or following is None:
            break
        numbers.add(following)
        said.at += skip + 1
    if said.word() in PARTS:
        said.part = said.word()
        said.at += 1
    said.days_of_week = ",".join(str(each) for each in sorted(numbers))
    return True


def _day(said: Occasion, ahead: int) -> int | None:
    word = said.word(ahead)
    number = _DAY_NUMBERS.get(word)
    if number is None or (len(word) < 5 and not said.tokens[said.at + ahead].text[0].isupper()):
        return None
    return number


def _dates(said: Occasion, is_every: bool, before: int) -> bool:
    """`on the 1st and 15th of every month`, `the first Monday of the month` (which cron cannot say)."""
    said.at += said.word() == "the"
    if said.word() == "last" and said.word(1) in ("day", *_DAY_NUMBERS):
        return _refuse_month(said, before)
    numbers = _ordinals(said)
    if not numbers:
        return False
    if _day(said, 0) is not None or said.word() in ("weekday", "working"):
        return _refuse_month(said, before)
    said.at += said.word() in ("day", "days")
    if said.word() == "of" and said.word(1) in ("every", "each", "the") and said.word(2) in ("month", "months"):
        said.at += 3
    elif said.word() == "of" and said.word(1) in _MONTHS:
        said.months = str(_MONTHS.index(said.word(1)) + 1)
        said.at += 2
    elif not (said.days_of_month == "1" or said.times) or not is_every:
        return False
    if any(not 1 <= number <= 31 for number in numbers):
        return False
    if max(numbers) > 28:
        said.assumptions.append(f"in a month without a day {max(numbers)} it does not run on it")
    said.days_of_month = ",".join(str(number) for number in sorted(numbers))
    return True


def _ordinals(said: Occasion) -> set[int]:
    numbers: set[int] = set()
    for _ in range(_MOST):
        skip = 0
        while numbers and said.word(skip) in (",", "and", "the", "on") and skip < 3:
            skip += 1
        at = said.at + skip
        number = ordinal_of(said.tokens[at]) if at < len(said.tokens) else None
        if number is None or (numbers and not skip):
            break
        numbers.add(number)
        said.at = at + 1
    return numbers


def _refuse_month(said: Occasion, before: int) -> bool:
    said.at = before
    words = 1
    while words < 8 and said.word(words - 1) not in ("month", "months", ""):
        words += 1
    return _refuse(said, words)


def _monthly(said: Occasion) -> bool:
    before = said.at
    if said.takes("on", "the") or said.takes("on"):
        numbers = _ordinals(said)
        if numbers and all(1 <= number <= 31 for number in numbers):
            said.days_of_month = ",".join(str(number) for number in sorted(numbers))
            said.at += said.word() == "day"
            return True
        said.at = before
    said.days_of_month = "1"
    said.assumptions.append("no day was given: it runs on the first of the month")
    return True


def _weekly(said: Occasion) -> bool:
    before = said.at
    said.at += said.word() == "on"
    if _named_days(said, is_every=True):
        return True
    said.at = before
    said.days_of_week = "1"
    said.assumptions.append("no day was given: it runs on Mondays")
    return True


def _yearly(said: Occasion) -> bool:
    if said.takes("on") and said.word() in _MONTHS:
        month = _MONTHS.index(said.word()) + 1
        said.at += 1
        at = said.at + (said.word() == "the")
        token = said.tokens[at] if at < len(said.tokens) else None
        day = (ordinal_of(token) or count_of(token)) if token else None
        if day and 1 <= day <= (28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31):
            said.at = at + 1
            said.days_of_month, said.months = str(day), str(month)
            return True
        return False
    said.days_of_month, said.months = "1", "1"
    said.assumptions.append("no day was given: it runs on the first of January")
    return True
