"""The parts that patterns speak of: from a token on, each end that a part of that kind can have, the longest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from overture.drafting.planner.nouns import DETERMINERS, PRONOUNS, STOPS
from overture.drafting.planner.numbers import count_of, duration_at, number_of
from overture.drafting.planner.patterns import Reading, Slot
from overture.drafting.planner.tokens import Token, ends_sentence
from overture.drafting.planner.vocabulary import vocabulary

_NOUN_WORDS = 6
_FIELD_WORDS = 3
_ITEMS = 30
_FREE_WORDS = 80
_SECRET = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*")
_CHANNELS = ("slack", "discord", "teams", "mattermost")
_CLAUSES = vocabulary("if when unless otherwise else every")


def _kind(*kinds: str) -> Slot:
    def ends(reading: Reading, at: int) -> Iterator[int]:
        if at < len(reading.tokens) and reading.tokens[at].kind in kinds:
            yield at + 1

    return ends


def _one(fits: Callable[[Token], bool]) -> Slot:
    def ends(reading: Reading, at: int) -> Iterator[int]:
        if at < len(reading.tokens) and fits(reading.tokens[at]):
            yield at + 1

    return ends


def noun(reading: Reading, at: int) -> Iterator[int]:
    """`the first five GitHub issues`: determiners, then words; the last is no number."""
    tokens = reading.tokens
    start = at
    while at < len(tokens) and (
        (tokens[at].kind == "word" and tokens[at].lower in DETERMINERS) or (tokens[at].lower == "of" and at > start)
    ):
        at += 1
    ends: list[int] = []
    for here in range(at, min(at + _NOUN_WORDS, len(tokens))):
        token = tokens[here]
        if token.kind == "word" and token.lower not in STOPS | DETERMINERS:
            ends.append(here + 1)
        elif token.kind != "number" or count_of(token) is None:
            break
    yield from reversed(ends)


def field(reading: Reading, at: int) -> Iterator[int]:
    """The name of a property: up to three words, or a quoted one."""
    tokens = reading.tokens
    if at < len(tokens) and tokens[at].kind == "quoted":
        yield at + 1
        return
    ends = []
    for here in range(at, min(at + _FIELD_WORDS, len(tokens))):
        if tokens[here].kind != "word" or tokens[here].lower in STOPS:
            break
        ends.append(here + 1)
    yield from reversed(ends)


def thing(reading: Reading, at: int, depth: int = 3) -> Iterator[int]:
    """What can be spoken of: `it`, `the orders`, `its total`, `the order's total`, `the number of bugs`."""
    tokens = reading.tokens
    if at >= len(tokens) or not depth:
        return
    if tokens[at].lower == "its":
        yield from field(reading, at + 1)
        return
    if tokens[at].lower == "all" and [reading.lower(at + 1), reading.lower(at + 2)] == ["of", "them"]:
        yield at + 3
        return
    if tokens[at].lower in PRONOUNS and tokens[at].kind == "word":
        following = [reading.lower(at + 1), reading.lower(at + 2)]
        if following == ["of", "them"]:
            yield at + 3
        if following[0] in ("one", "item"):
            yield at + 2
        yield at + 1
    if tokens[at].lower == "the" and at + 1 < len(tokens) and tokens[at + 1].kind == "quoted":
        if reading.lower(at + 2) == "of":
            yield from thing(reading, at + 3, depth - 1)
        return
    for end in noun(reading, at):
        if reading.lower(end) == "'s":
            yield from field(reading, end + 1)
        elif reading.lower(end) == "of" and end - at < _NOUN_WORDS + 2:
            yield from thing(reading, end + 1, depth - 1)
        yield end


def things(reading: Reading, at: int) -> Iterator[int]:
    """One thing or several: `the commits, the issues and the notes`."""
    ends: list[int] = []
    for _ in range(_ITEMS):
        end = next((end for end in thing(reading, at) if _ends_item(reading, end)), None)
        end = end if end is not None else next(thing(reading, at), None)
        if end is None:
            break
        ends.append(end)
        at = end
        if reading.lower(at) == ",":
            at += 1
        if reading.lower(at) == "and":
            at += 1
        if at == end or reading.looks_like_step(at):
            break
    yield from reversed(ends)


def _ends_item(reading: Reading, at: int) -> bool:
    return (
        at >= len(reading.tokens) or reading.tokens[at].lower in (",", "and", "or") or ends_sentence(reading.tokens[at])
    )


def items(reading: Reading, at: int) -> Iterator[int]:
    """`bug, feature or question`, quoted or not: it ends with what follows `and` or `or`."""
    ends: list[int] = []
    last_word = ""
    for _ in range(_ITEMS):
        if ends and reading.looks_like_step(at):
            break
        end = _item(reading, at)
        if end is None:
            break
        ends.append(end)
        at = end
        if last_word and reading.lower(at) != last_word:
            break
        if reading.lower(at) == ",":
            at += 1
        if reading.lower(at) in ("and", "or"):
            last_word = reading.lower(at)
            at += 1
        if at == end:
            break
    yield from reversed(ends)


def _item(reading: Reading, at: int) -> int | None:
    tokens = reading.tokens
    if at < len(tokens) and tokens[at].kind == "quoted":
        return at + 1
    while at < len(tokens) and tokens[at].kind == "word" and tokens[at].lower in DETERMINERS | {"its"}:
        at += 1
    end = at
    while end < len(tokens) and end - at < 5 and tokens[end].kind == "word" and tokens[end].lower not in STOPS:
        end += 1
    return end if end > at else None


def words(reading: Reading, at: int) -> Iterator[int]:
    """Free words up to where the sentence, or the step, ends: at least one, and never into a step that follows."""
    tokens = reading.tokens
    end = at
    while end < len(tokens) and end - at < _FREE_WORDS and not ends_sentence(tokens[end]):
        if end > at and _begins_clause(reading, end):
            break
        end += 1
    while end > at and tokens[end - 1].kind == "mark":
        end -= 1
    if end > at:
        yield end


def _begins_clause(reading: Reading, at: int) -> bool:
    here = at
    while reading.lower(here) in (",", "and", "then", "but", ":") and here < at + 3:
        here += 1
    if here == at:
        return False
    is_loop = reading.lower(here) == "for" and reading.lower(here + 1) in ("each", "every", "all")
    return is_loop or reading.looks_like_step(here) or reading.lower(here) in _CLAUSES


def place(reading: Reading, at: int) -> Iterator[int]:
    """Where things are posted: a url, a chat (`our #ops channel on Slack`), or the secret that holds a url."""
    tokens = reading.tokens
    if at < len(tokens) and (tokens[at].kind == "url" or is_secret(tokens[at])):
        yield at + 1
        return
    while reading.lower(at) in ("the", "our", "a", "my", "an"):
        at += 1
    if reading.lower(at) in ("webhook", "url") and reading.lower(at + 1) in ("in", "of", "from"):
        if at + 2 < len(tokens) and is_secret(tokens[at + 2]):
            yield at + 3
        return
    if at < len(tokens) and tokens[at].kind == "channel":
        at += 1
        at += reading.lower(at) == "channel"
        at += reading.lower(at) in ("on", "in", "of")
    if reading.lower(at) == "microsoft" and reading.lower(at + 1) == "teams":
        at += 1
    if reading.lower(at) not in _CHANNELS:
        return
    at += 1
    ends = [at]
    if reading.lower(at) in ("channel", "webhook"):
        at += 1
        ends.append(at)
    if at < len(tokens) and tokens[at].kind == "channel":
        ends.append(at + 1)
    yield from reversed(ends)


def is_secret(token: Token) -> bool:
    """Whether a word is the name of a secret: `OPS_WEBHOOK_URL`."""
    return token.kind == "word" and _SECRET.fullmatch(token.text) is not None


def city(reading: Reading, at: int) -> Iterator[int]:
    """A city: a quoted text, or one to three capitalised words."""
    tokens = reading.tokens
    if at < len(tokens) and tokens[at].kind == "quoted":
        yield at + 1
        return
    ends = []
    for here in range(at, min(at + 3, len(tokens))):
        if tokens[here].kind != "word" or not tokens[here].text[0].isupper():
            break
        ends.append(here + 1)
    yield from reversed(ends)


def duration(reading: Reading, at: int) -> Iterator[int]:
    found = duration_at(reading.tokens, at)
    if found is not None:
        yield found[0]


SLOTS: dict[str, Slot] = {
    "noun": noun,
    "field": field,
    "thing": thing,
    "things": things,
    "items": items,
    "words": words,
    "place": place,
    "city": city,
    "duration": duration,
    "url": _kind("url"),
    "file": _kind("path"),
    "repo": _kind("slug"),
    "quoted": _kind("quoted"),
    "email": _kind("email"),
    "number": _one(lambda token: number_of(token) is not None),
    "count": _one(lambda token: count_of(token) is not None),
    "secret": _one(is_secret),
    "name": _one(lambda token: token.kind in ("word", "quoted") and _NAME.fullmatch(token.text) is not None),
}
"""The slots that every pattern may use."""

GROUPS: dict[str, str] = {
    "fetch": "(fetch|get|load|download|retrieve|pull|grab|read) [down]",
    "list": "(the|a) (list|set|collection|contents) of",
    "post": "(post|send|publish|write|share|push)",
    "to": "(to|on|in|into)",
    "ai": "[(with|using|by|through|via) [an|a|the] (AI|LLM|model|GPT|Claude|ChatGPT)]",
    "fails": (
        "((it|this|that|anything|something|everything|(any|a|one|some) (step|call|request|command|of them)|"
        "the (run|workflow|job)) [ever] "
        "(fails|breaks|goes wrong|crashes|errors))"
    ),
}
"""Words that several patterns share."""
