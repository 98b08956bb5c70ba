"""Which steps fit the words at a place, and where a step seems to begin."""

from __future__ import annotations

from overture.drafting.planner.nouns import DETERMINERS, PRONOUNS, STOPS
from overture.drafting.planner.patterns import Reading, Said
from overture.drafting.planner.steps import STEPS, Step
from overture.drafting.planner.tokens import Token, is_gap
from overture.drafting.planner.vocabulary import vocabulary

_LOOKS = 12  # how many readings of one pattern are looked at
_STARTS: dict[str, list[Step]] = {}
_ANYWHERE: list[Step] = []
for _step in STEPS:
    if _step.pattern.starts is None:
        _ANYWHERE.append(_step)
    else:
        for _word in sorted(_step.pattern.starts):
            _STARTS.setdefault(_word, []).append(_step)
_OBJECTS = vocabulary("quoted url path email channel slug number span")
_OBJECT_WORDS = DETERMINERS | PRONOUNS | vocabulary("its it me us for some both")
_ALONE = vocabulary("stop end quit exit")
_CLAUSE_WORDS = vocabulary(
    "and then but if when whenever unless otherwise else every each at on for retry tell in after whatever always"
)


def candidates(reading: Reading, here: int) -> list[tuple[int, Step, Said]]:
    """The steps that fit the words from here on, and where they end: those that end where a clause does first, then the
    longest, then those whose pattern says most of the words itself."""
    found: list[tuple[bool, int, int, int, Step, Said]] = []
    for order, step in enumerate([*_STARTS.get(reading.lower(here), ()), *_ANYWHERE]):
        for count, (end, said) in enumerate(step.pattern.matches(reading, here)):
            if end > here:
                open_words = sum(part.end - part.start for part in said.values())
                found.append((not ends_clause(reading, end), -end, open_words, order, step, said))
            if count >= _LOOKS:
                break
    found.sort(key=lambda each: each[:4])
    return [(-minus_end, step, said) for _, minus_end, _, _, step, said in found]


def ends_clause(reading: Reading, at: int) -> bool:
    """Whether a step may end before a token."""
    tokens = reading.tokens
    if at >= len(tokens) or is_gap(tokens[at]) or tokens[at].lower in _CLAUSE_WORDS:
        return True
    return looks_like_step(tokens, at)


def looks_like_step(tokens: list[Token], at: int) -> bool:
    """Whether a step seems to begin at a token: a verb of one, and what it may be done to."""
    if at >= len(tokens) or tokens[at].kind != "word" or tokens[at].lower not in _STARTS:
        return False
    if at + 1 >= len(tokens):
        return tokens[at].lower in _ALONE
    following = tokens[at + 1]
    if following.kind in _OBJECTS or following.lower in _OBJECT_WORDS:
        return True
    return following.kind == "word" and following.lower not in STOPS
