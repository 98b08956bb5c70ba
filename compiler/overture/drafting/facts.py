"""What a request says literally: addresses, quoted texts, amounts. Whatever becomes of it, it must not get lost."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from overture.drafting.planner.schedules import Schedule, schedule_at
from overture.expressions.types import Json

_URL = r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]}]"
_EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_QUOTED = r"\"[^\"\n]{2,80}\"|“[^”\n]{2,80}”|`[^`\n]{2,80}`"
# not a part of a word, a version, a time or an ordinal: 9am, 14:30, 2nd, v1.2.3 and 2026-01-31 are read elsewhere
_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+\.[0-9]+|[0-9]{2,})"
_NUMBER = rf"(?<![\w.,:/#-]){_DIGITS}(?![\w:-]|[.,][0-9])"
_FACT = re.compile(f"(?P<url>{_URL})|(?P<email>{_EMAIL})|(?P<quoted>{_QUOTED})|(?P<number>{_NUMBER})")
MAX_FACTS = 40


@dataclass(frozen=True, slots=True)
class Fact:
    """A literal of the request: [start, end) in its text; `text` without its quotes."""

    kind: str
    text: str
    start: int
    end: int


def facts_in(request: str) -> list[Fact]:
    """The literals of a request, each once, in order; at most MAX_FACTS."""
    found: dict[str, Fact] = {}
    for match in _FACT.finditer(request):
        kind = str(match.lastgroup)
        text = match.group()[1:-1] if kind == "quoted" else match.group()
        if kind != "number" or not request[match.end() :].lstrip().lower().startswith(("am", "pm", "o'clock", "uhr")):
            found.setdefault(text, Fact(kind, text, match.start(), match.end()))
    return list(found.values())[:MAX_FACTS]


def schedules_in(request: str) -> list[tuple[str, Schedule]]:
    """The words that say when, and the cron and zone that they mean: models are often an hour or a day off. Words that
    leave the hour or the zone open are left to the model, which reads what else the request says."""
    found, end = [], 0
    for word in re.finditer(r"\b\w", request):
        if word.start() >= end and (schedule := schedule_at(request, word.start())) and not schedule.assumptions:
            found.append((request[word.start() : schedule.end].strip(), schedule))
            end = schedule.end
    return found


def lost(facts: list[Fact], document: Json, said: list[str]) -> list[Fact]:
    """The facts that neither the workflow (without the words of the request that it cites) nor what is said about it
    speaks of."""
    text = "\n".join([*_texts(document), *said])
    folded = text.lower()
    numbers = set(re.findall(r"[0-9]+(?:\.[0-9]+)?", text.replace(",", "")))
    return [
        fact
        for fact in facts
        if (fact.text.replace(",", "") not in numbers if fact.kind == "number" else fact.text.lower() not in folded)
    ]


def _texts(value: Json) -> list[str]:
    if isinstance(value, dict):
        return [text for key, each in value.items() if key != "source" for text in (key, *_texts(each))]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value if isinstance(value, str) else json.dumps(value)]
