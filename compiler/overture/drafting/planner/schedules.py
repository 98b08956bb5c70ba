"""`every weekday at nine Berlin time` as cron and zone. No library reads that (it was tried), so it is read here.

What cron cannot say (`every 45 minutes`, `every other week`, `the last day of the month`) is named, never rounded.
"""

from __future__ import annotations

from dataclasses import dataclass

from overture.drafting.planner.occasions import BEGINNINGS, HALVES, PARTS, Occasion, read_days, read_interval
from overture.drafting.planner.times import Time, time_at, times_at
from overture.drafting.planner.tokens import Token, tokenize
from overture.drafting.planner.zones import zone_at

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


def schedule_at(text: str, start: int) -> Schedule | None:
    """The schedule that the words from `start` on say, if one cron says it, or None."""
    tokens = tokenize(text[start : start + _WINDOW])[1:]
    found = spoken_at(tokens, 0)
    if found is None or len(found.crons) != 1 or (start + _WINDOW < len(text) and found.end == len(tokens)):
        return None
    return Schedule(found.crons[0], found.timezone, found.assumptions, start + tokens[found.end - 1].end)


def spoken_at(tokens: list[Token], at: int) -> Spoken | None:
    """The schedule that the tokens from `at` on say, or None."""
    if at >= len(tokens) or tokens[at].lower not in BEGINNINGS:
        return None
    said = Occasion(tokens, at, at)
    if said.word() in ("run", "runs", "repeat", "do", "start", "starts"):
        said.at += 1
        said.at += said.word() in ("it", "this", "that", "everything")
    if not (read_interval(said) or read_days(said) or _at(said)):
        return None
    while _more(said):
        pass
    return _settled(said)


def _more(said: Occasion) -> bool:
    """Read one addition: a time, days, hours, a zone."""
    before = said.at
    if said.word() == "," and said.word(1) in ("at", "on", "in", "between", "from"):
        said.at += 1
    if said.is_regular:
        found = _between(said) or (not said.has_days and read_days(said)) or _in_zone(said)
    else:
        found = (not said.times and _at(said)) or (not said.has_days and read_days(said)) or _in_zone(said)
    if not found:
        said.at = before
    return found


def _at(said: Occasion) -> bool:
    """`at nine`, `at 9:00 and 17:30`."""
    if said.word() not in ("at", "@") and not (said.has_days and _is_time(said)):
        return False
    before = said.at
    said.at += said.word() in ("at", "@")
    said.at += said.word() == "exactly"
    found = times_at(said.tokens, said.at, HALVES.get(said.part, ""))
    if found is None:
        said.at = before
        return False
    said.times, said.at = found
    return True


def _is_time(said: Occasion) -> bool:
    return said.at < len(said.tokens) and (said.tokens[said.at].kind == "time" or said.word() in ("noon", "midnight"))


def _between(said: Occasion) -> bool:
    """`between 9 and 17`, `from 9am to 5pm`."""
    if said.hours is not None or said.word() not in ("between", "from"):
        return False
    joint = ("and",) if said.word() == "between" else ("to", "until", "till")
    first = time_at(said.tokens, said.at + 1, is_plain=True)
    if first is None or first.end >= len(said.tokens) or said.tokens[first.end].lower not in joint:
        return False
    last = time_at(said.tokens, first.end + 1, is_plain=True)
    if last is None or first.minute or last.minute or last.hour <= first.hour:
        return False
    said.hours, said.at = (first, last), last.end
    return True


def _in_zone(said: Occasion) -> bool:
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


def _settled(said: Occasion) -> Spoken:
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


def _crons(said: Occasion, days: str, assumptions: list[str]) -> list[str]:
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
        hour, minute = PARTS.get(said.part, (9, 0))
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
