"""`every weekday at nine Berlin time` as cron and zone. No library reads that (it was tried), so it is read here.

What cron cannot say (`every 45 minutes`, `every other week`, `the last day of the month`) is named, never rounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from overture.drafting.planner.numbers import count_of, ordinal_of
from overture.drafting.planner.times import Time, time_at, times_at
from overture.drafting.planner.tokens import Token, tokenize
from overture.drafting.planner.vocabulary import listed, vocabulary
from overture.drafting.planner.zones import zone_at

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
_PARTS = {"morning": (9, 0), "afternoon": (14, 0), "evening": (18, 0), "night": (2, 0)}
_HALVES = {"morning": "a", "afternoon": "p", "evening": "p", "night": ""}
_WINDOW = 200  # characters: no schedule is said in more


@dataclass(frozen=True, slots=True)
class Schedule:
    """`assumptions`: what the words left open, and how it was settled. `end`: where the words end in the text."""

    cron: str
    timezone: str
    assumptions: tuple[str, ...]
    end: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """A schedule as it was said; several crons when one cannot say it. `end`: the token after the words.
    `question`: why the words are no schedule, `crons` is empty then."""

    crons: tuple[str, ...]
    timezone: str
    assumptions: tuple[str, ...]
    end: int
    question: str | None = None


@dataclass(slots=True)
class _Words:
    """What the words have said so far."""

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


def schedule_at(text: str, start: int) -> Schedule | None:
    """The schedule that the words from `start` on say, if one cron says it, or None."""
    tokens = tokenize(text[start : start + _WINDOW])[1:]
    found = spoken_at(tokens, 0)
    if found is None or len(found.crons) != 1 or (start + _WINDOW < len(text) and found.end == len(tokens)):
        return None
    return Schedule(found.crons[0], found.timezone, found.assumptions, start + tokens[found.end - 1].end)


def spoken_at(tokens: list[Token], at: int) -> Spoken | None:
    """The schedule that the tokens from `at` on say, or None."""
    said = _Words(tokens, at, at)
    if said.word() in ("run", "runs", "repeat", "do", "start", "starts"):
        said.at += 1
        said.at += said.word() in ("it", "this", "that", "everything")
    if not (_regular(said) or _on_days(said) or _at(said)):
        return None
    while _more(said):
        pass
    return _settled(said)


def _more(said: _Words) -> bool:
    """Read one addition: a time, days, hours, a zone."""
    before = said.at
    if said.word() == "," and said.word(1) in ("at", "on", "in", "between", "from"):
        said.at += 1
    if said.is_regular:
        found = _between(said) or (not said.has_days and _on_days(said)) or _in_zone(said)
    else:
        found = (not said.times and _at(said)) or (not said.has_days and _on_days(said)) or _in_zone(said)
    if not found:
        said.at = before
    return found


def _regular(said: _Words) -> bool:
    """`every 15 minutes`, `hourly`."""
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
    if said.word(1) in ("other", "second") and said.word(2) in ("day", "week", "month", "hour", "minute"):
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


def _every(said: _Words, number: int, unit: str, words: int) -> bool:
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


def _refuse(said: _Words, words: int) -> bool:
    phrase = " ".join(token.text for token in said.tokens[said.at : said.at + words])
    said.refused = f"cron cannot say `{phrase}`: at which times should it run?"
    said.at += words
    return True


def _on_days(said: _Words) -> bool:
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
    if is_every and said.word() in _PARTS:
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


def _back(said: _Words, before: int) -> bool:
    said.at = before
    return False


def _named_days(said: _Words, is_every: bool) -> bool:
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
    while True:
        skip = 0
        while said.word(skip) in (",", "and", "on") and skip < 3:
            skip += 1
        following = _day(said, skip)
        if not skip or following is None:
            break
        numbers.add(following)
        said.at += skip + 1
    if said.word() in _PARTS:
        said.part = said.word()
        said.at += 1
    said.days_of_week = ",".join(str(each) for each in sorted(numbers))
    return True


def _day(said: _Words, ahead: int) -> int | None:
    word = said.word(ahead)
    number = _DAY_NUMBERS.get(word)
    if number is None or (len(word) < 5 and not said.tokens[said.at + ahead].text[0].isupper()):
        return None
    return number


def _dates(said: _Words, is_every: bool, before: int) -> bool:
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


def _ordinals(said: _Words) -> set[int]:
    numbers: set[int] = set()
    while said.at < len(said.tokens):
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


def _refuse_month(said: _Words, before: int) -> bool:
    said.at = before
    words = 1
    while words < 8 and said.word(words - 1) not in ("month", "months", ""):
        words += 1
    return _refuse(said, words)


def _monthly(said: _Words) -> bool:
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


def _weekly(said: _Words) -> bool:
    before = said.at
    said.at += said.word() == "on"
    if _named_days(said, is_every=True):
        return True
    said.at = before
    said.days_of_week = "1"
    said.assumptions.append("no day was given: it runs on Mondays")
    return True


def _yearly(said: _Words) -> bool:
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


def _at(said: _Words) -> bool:
    """`at nine`, `at 9:00 and 17:30`."""
    if said.word() not in ("at", "@") and not (said.has_days and _is_time(said)):
        return False
    before = said.at
    said.at += said.word() in ("at", "@")
    said.at += said.word() == "exactly"
    found = times_at(said.tokens, said.at, _HALVES.get(said.part, ""))
    if found is None:
        said.at = before
        return False
    said.times, said.at = found
    return True


def _is_time(said: _Words) -> bool:
    return said.at < len(said.tokens) and (said.tokens[said.at].kind == "time" or said.word() in ("noon", "midnight"))


def _between(said: _Words) -> bool:
    """`between 9 and 17`, `from 9am to 5pm`."""
    if said.hours is not None or said.word() not in ("between", "from"):
        return False
    joint = ("and",) if said.word() == "between" else ("to", "until", "till")
    first = time_at(said.tokens, said.at + 1)
    if first is None or first.end >= len(said.tokens) or said.tokens[first.end].lower not in joint:
        return False
    last = time_at(said.tokens, first.end + 1)
    if last is None or first.minute or last.minute or last.hour <= first.hour:
        return False
    said.hours, said.at = (first, last), last.end
    return True


def _in_zone(said: _Words) -> bool:
    if said.zone is not None or said.unclear_zone is not None:
        return False
    found = zone_at(said.tokens, said.at)
    if found is None:
        return False
    if found.name is None:
        words = said.tokens[said.at : found.end]
        said.unclear_zone = " ".join(token.text for token in words if token.lower not in ("(", ")", ",", "in"))
        said.at = found.end
        return True
    said.zone, said.at = found.name, found.end
    return True


def _settled(said: _Words) -> Spoken:
    question = said.refused
    if said.unclear_zone is not None and question is None:
        question = f"which time zone is `{said.unclear_zone}`? Name a city: `New York time`"
    if question is not None:
        return Spoken((), "UTC", (), said.at, question)
    assumptions = list(said.assumptions)
    is_clock = not (said.every_minutes and said.hours is None and not said.has_days) and not (
        said.every_hours == 1 and said.hours is None and not said.has_days
    )
    if said.zone is None and is_clock:
        assumptions.append("no time zone was given: times are UTC")
    days = f"{said.days_of_month} {said.months} {said.days_of_week}"
    return Spoken(tuple(_crons(said, days, assumptions)), said.zone or "UTC", tuple(assumptions), said.at)


def _crons(said: _Words, days: str, assumptions: list[str]) -> list[str]:
    if said.every_minutes:
        minutes = f"*/{said.every_minutes}" if said.every_minutes > 1 else "*"
        if said.hours is None:
            return [f"{minutes} * {days}"]
        first, last = said.hours
        return [f"{minutes} {_span(first.hour, last.hour - 1)} {days}", f"0 {last.hour} {days}"]
    if said.every_hours:
        if said.hours is None:
            hours = f"*/{said.every_hours}" if said.every_hours > 1 else "*"
            return [f"0 {hours} {days}"]
        first, last = said.hours
        step = f"/{said.every_hours}" if said.every_hours > 1 else ""
        return [f"0 {first.hour}-{last.hour}{step} {days}"]
    times = said.times
    if not times:
        hour, minute = _PARTS.get(said.part, (9, 0))
        assumptions.append(f"no hour was given: it runs at {hour:02}:{minute:02}")
        times = [Time(hour, minute, 0)]
    if not said.has_days:
        assumptions.append("no day was given: it runs every day")
    by_minute: dict[int, set[int]] = {}
    for time in times:
        by_minute.setdefault(time.minute, set()).add(time.hour)
    return [f"{minute} {','.join(str(hour) for hour in sorted(hours))} {days}" for minute, hours in by_minute.items()]


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
