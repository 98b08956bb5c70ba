"""`every weekday at nine Berlin time` as cron and zone. No library reads that (it was tried), so it is read here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from overture.checks.schedules import zones
from overture.drafting.planner.phrases import NUMBERS, number_of

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAY = "(?:" + "|".join(_DAYS) + ")s?"
_HOUR_WORDS = "|".join(
    sorted(
        (
            word
            for word, number in NUMBERS.items()
            if 1 <= number <= 12 and word not in ("a", "an", "once", "twice", "thrice")
        ),
        key=len,
        reverse=True,
    )
)
_TIME = rf"(?:noon|midday|midnight|half past (?:\d{{1,2}}|{_HOUR_WORDS})|(?:\d{{1,2}}(?:[:.]\d{{2}})?|{_HOUR_WORDS})(?: ?o'clock)?(?: ?[ap]\.?m\.?(?![a-z])| in the (?:morning|afternoon|evening))?)"
_ON_DAYS = "|".join(
    (
        r"(?P<weekdays>(?:every|each) (?:weekday|working day|workday)s?|on (?:weekdays|working days))",
        r"(?P<weekend>(?:every|each) weekend|on weekends)",
        r"(?P<monthly>(?:on )?the first(?: day)? of (?:every|each|the) month|monthly|every month(?: on the first)?)",
        r"(?P<daily>daily|(?:every|each) day|every (?P<part>morning|evening|night|afternoon)|nightly)",
        rf"(?:(?:every|each|on|weekly on) )(?P<days>{_DAY}(?:(?: and|, and|,) {_DAY})*)",
    )
)
_PATTERN = re.compile(
    rf"(?:(?:every|each) (?P<step>\d+|{'|'.join(sorted(NUMBERS, key=len, reverse=True))}) (?P<unit>minutes?|hours?)"
    r"|(?P<often>hourly|(?:every|each) hour|(?:every|each) minute)"
    rf"|(?:{_ON_DAYS})(?: at (?P<time>{_TIME}))?)\b",
    re.I,
)
_ZONE_AFTER = re.compile(
    r"\s*[,(]?\s*(?:in |time zone )?(?P<zone>[A-Z][A-Za-z]+(?:[/_][A-Z][A-Za-z_]+)*(?: [A-Z][a-z]+)?)(?P<time>(?: local)? time)?\)?"
)
_PARTS = {"morning": (9, 0), "afternoon": (14, 0), "evening": (18, 0), "night": (2, 0)}


@dataclass(frozen=True, slots=True)
class Schedule:
    """`assumptions`: what the words left open, and how it was settled. `end`: where the words end."""

    cron: str
    timezone: str
    assumptions: tuple[str, ...]
    end: int


def schedule_at(text: str, start: int) -> Schedule | None:
    """The schedule that the words from `start` on say, or None."""
    found = _PATTERN.match(text, start)
    if found is None:
        return None
    end = found.end()
    zone, end = _zone(text, end)
    assumptions = [] if zone else ["no time zone was given: times are UTC"]
    if found["step"]:
        step = number_of(found["step"])
        minutes = found["unit"].lower().startswith("minute")
        if not 0 < step < (60 if minutes else 24):
            return None
        if (60 if minutes else 24) % step:
            return None
        cron = f"*/{step} * * * *" if minutes else f"0 */{step} * * *"
        return Schedule(cron, zone or "UTC", () if minutes and not zone else tuple(assumptions), end)
    if found["often"]:
        cron = "* * * * *" if "minute" in found["often"].lower() else "0 * * * *"
        return Schedule(cron, zone or "UTC", (), end)
    hour, minute, assumed = _time(
        found["time"], (found["part"] or ("night" if "nightly" in found[0].lower() else "")).lower()
    )
    assumptions += assumed
    day_of_month, day_of_week = "*", "*"
    if found["weekdays"]:
        day_of_week = "1-5"
    elif found["weekend"]:
        day_of_week = "0,6"
    elif found["monthly"]:
        day_of_month = "1"
    elif found["days"]:
        names = [name.rstrip("s") for name in re.findall(_DAY, found["days"].lower())]
        day_of_week = ",".join(str(number) for number in sorted(_DAYS.index(name) for name in names))
    return Schedule(f"{minute} {hour} {day_of_month} * {day_of_week}", zone or "UTC", tuple(assumptions), end)


def _time(text: str | None, part: str) -> tuple[int, int, list[str]]:
    if text is None:
        hour, minute = _PARTS.get(part, (9, 0))
        return hour, minute, [f"no hour was given: it runs at {hour:02}:{minute:02}"]
    lower = text.lower()
    if lower in ("noon", "midday"):
        return 12, 0, []
    if lower == "midnight":
        return 0, 0, []
    minute = 30 if lower.startswith("half past") else 0
    digits = re.search(rf"\d+|{_HOUR_WORDS}", lower)
    assert digits is not None
    hour = number_of(digits[0])
    if exact := re.search(r"\d+[:.](\d{2})", lower):
        minute = int(exact[1])
    afternoon = re.search(r"p\.?m|afternoon|evening", lower) or (
        not re.search(r"a\.?m|morning", lower) and part in ("evening", "afternoon")
    )
    if afternoon and hour < 12:
        hour += 12
    if re.search(r"a\.?m", lower) and hour == 12:
        hour = 0
    return hour % 24, minute % 60, []


def _zone(text: str, end: int) -> tuple[str | None, int]:
    found = _ZONE_AFTER.match(text, end)
    if found is None:
        return None, end
    words = found["zone"]
    for candidate in (words, words.partition(" ")[0]):
        if zone := _named(candidate):
            if candidate == words:
                return zone, found.end()
            length = found.start("zone") + len(candidate)
            tail = re.match(r"(?: local)? time\b", text[length:])
            return zone, length + (tail.end() if tail else 0)
    return None, end


def _named(words: str) -> str | None:
    if words.upper() in ("UTC", "GMT"):
        return "UTC"
    if words in zones():
        return words
    return _cities().get(words.lower())


@cache
def _cities() -> dict[str, str]:
    """`berlin` -> `Europe/Berlin`, `new york` -> `America/New_York`: the last part of each IANA name."""
    found: dict[str, str] = {}
    for name in sorted(zones()):
        if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/", "US/")):
            found.setdefault(name.rpartition("/")[2].replace("_", " ").lower(), name)
    return found
