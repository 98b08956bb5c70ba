"""Words of plain English that the planner knows: numbers, durations, quoted texts, noun phrases."""

from __future__ import annotations

import re

NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"a": 1, "an": 1, "once": 1, "twice": 2, "thrice": 3, "thirty": 30, "forty-five": 45, "sixty": 60}
NUMBER = r"(?:\d+|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"
URL = r"https?://[^\s,;\"'<>`]*[^\s,;\"'<>`.!?)]"
QUOTED = r"(?:\"[^\"\n]+\"|`[^`\n]+`|“[^”\n]+”|‘[^’\n]+’|'[^'\n]+')"
FILE = r"[\w./-]*\w\.(?:md|txt|json|csv|html|yaml|yml|log)\b"
REPO = r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*"
UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|days?)"
DURATION = rf"{NUMBER} {UNIT}"

_STOPS = (
    "from|as|with|to|into|in|at|of|on|and|or|then|if|when|for|by|using|that|which|is|are|has|have|every|each|retry|tell|"
    "otherwise|else|about|via|through|after|before|via|please|it|them"
)
WORD = rf"(?!(?:{_STOPS})\b)[A-Za-z][\w'-]*"
NOUN = rf"(?:(?:the|all|my|our|any|these|those|this|that|an|a) )*{WORD}(?: {WORD}){{0,4}}"
THING = rf"(?:it|them|this|the (?:result|results|answer|output)|{NOUN})"

_LEADING = re.compile(
    r"^(?:(?:the|all|my|our|any|these|those|this|that|an|a|new|newest|latest|recent|open|each|every) )+", re.I
)


def number_of(text: str) -> int:
    """The number that a word or digits say."""
    return int(text) if text.isdigit() else NUMBERS[text.lower()]


def duration_of(text: str) -> str:
    """`five minutes` as the language writes it: `5m`."""
    number, _, unit = text.partition(" ")
    return f"{number_of(number)}{unit[0].lower()}"


def unquoted(text: str) -> str:
    return text[1:-1] if text and text[0] in "\"`“‘'" else text


def head_of(noun: str) -> str:
    """The name of a noun phrase: `the new GitHub issues` is `github_issues`; a valid id."""
    bare = _LEADING.sub("", noun.strip())
    name = re.sub(r"[^a-z0-9]+", "_", bare.lower()).strip("_") or "items"
    return name if name[0].isalpha() else f"x_{name}"


def singular(name: str) -> str:
    """The name of one of many: `github_issues` is `github_issue`, `stories` is `story`; other words as they are."""
    if name.endswith("ies") and len(name) > 4:
        return name[:-3] + "y"
    if re.search(r"(?:ss|x|ch|sh)es$", name):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def words_of(text: str) -> list[str]:
    """The members of an enumeration: `bug, feature or question`."""
    parts = re.split(r"\s*,\s*(?:and |or )?|\s+(?:and|or)\s+", text.strip())
    return [unquoted(part.strip()) for part in parts if part.strip()]
