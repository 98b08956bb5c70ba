"""Words that only join steps, or are polite: they are read and become nothing."""

from __future__ import annotations

from overture.drafting.planner.patterns import Reading
from overture.drafting.planner.tokens import is_gap

_JOINTS: tuple[tuple[str, ...], ...] = tuple(
    tuple(phrase.split())
    for phrase in (
        "and then",
        "after that",
        "after this",
        "afterwards",
        "when that is done",
        "when this is done",
        "once that is done",
        "once done",
        "when done",
        "in the end",
        "at the end",
        "last of all",
        "to begin with",
        "the workflow should",
        "this workflow should",
        "it should",
        "i want you to",
        "i want to",
        "i 'd like you to",
        "i 'd like to",
        "i would like you to",
        "i would like to",
        "i need you to",
        "i need to",
        "can you please",
        "can you",
        "could you please",
        "could you",
        "would you",
        "do the following",
        "do this",
        "go ahead and",
        "make sure to",
        "we want to",
        "we need to",
        "please",
        "and",
        "then",
        "also",
        "next",
        "now",
        "first",
        "firstly",
        "second",
        "secondly",
        "third",
        "thirdly",
        "finally",
        "lastly",
        "but",
        "so",
        "just",
        "simply",
        "automatically",
        "steps",
    )
)


_BY_FIRST: dict[str, list[tuple[str, ...]]] = {}
for _joint_words in _JOINTS:
    _BY_FIRST.setdefault(_joint_words[0], []).append(_joint_words)


def skip_gap(reading: Reading, at: int) -> int:
    """The first token from `at` on that may say something."""
    start = at
    while at < len(reading.tokens):
        token = reading.tokens[at]
        if is_gap(token):
            at += 1
            continue
        if (
            token.kind == "number"
            and reading.lower(at + 1) in (".", ")")
            and (at == start or is_gap(reading.tokens[at - 1]))
        ):
            at += 2
            continue
        length = _joint(reading, at)
        if not length:
            break
        at += length
    return at


def _joint(reading: Reading, at: int) -> int:
    for words in _BY_FIRST.get(reading.lower(at), ()):
        if all(reading.lower(at + ahead) == word for ahead, word in enumerate(words)):
            if words == ("steps",) and reading.lower(at + 1) not in (":", ""):
                continue
            return len(words)
    if reading.lower(at) == "step" and at + 1 < len(reading.tokens) and reading.tokens[at + 1].kind == "number":
        return 2
    return 0
