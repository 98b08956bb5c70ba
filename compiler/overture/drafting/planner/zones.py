"""Time zones as people name them: `Europe/Berlin`, `Berlin time`, `UTC`. No library reads that (it was tried)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from overture.checks.schedules import zones
from overture.drafting.planner.tokens import Token
from overture.drafting.planner.vocabulary import vocabulary

_UTC = frozenset(("utc", "gmt", "z"))
_MANY = vocabulary(
    "eastern central pacific mountain atlantic est edt cst cdt mst mdt pst pdt et ct mt pt bst ist cet cest eet eest "
    "wet west msk aest aedt hst akst"
)
"""Names that several zones share, or that say winter or summer and mean the whole year."""
_LONGEST = 3


@dataclass(frozen=True, slots=True)
class Zone:
    """`name`: an IANA name, or None for words that could be several zones. `end`: the token after them."""

    name: str | None
    end: int


def zone_at(tokens: list[Token], at: int) -> Zone | None:
    """The zone that the words from a token on name, or None. A city must be capitalised."""
    start = at
    while (
        at < len(tokens) and at < start + 3 and tokens[at].lower in ("(", ",", "in", "the", "time", "zone", "timezone")
    ):
        at += 1
    is_opened = any(token.lower == "(" for token in tokens[start:at])
    found = _named(tokens, at)
    if found is None or (start < at and tokens[at - 1].lower in ("time", "the") and found.name is None):
        return None
    end = found.end
    for tail in (
        ("local", "time"),
        ("standard", "time"),
        ("daylight", "time"),
        ("time", "zone"),
        ("time",),
        ("timezone",),
    ):
        if tuple(token.lower for token in tokens[end : end + len(tail)]) == tail:
            end += len(tail)
            break
    if is_opened and end < len(tokens) and tokens[end].lower == ")":
        end += 1
    return Zone(found.name, end)


def _named(tokens: list[Token], at: int) -> Zone | None:
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind == "slug":
        return Zone(token.text, at + 1) if token.text in zones() else None
    if token.kind != "word" or not token.text[0].isupper():
        return None
    if token.lower in _UTC:
        return Zone("UTC", at + 1)
    for length in range(_LONGEST, 0, -1):
        words = tokens[at : at + length]
        if len(words) == length and all(word.kind == "word" and word.text[0].isupper() for word in words):
            name = _cities().get(" ".join(_plain(word.lower) for word in words))
            if name is not None:
                return Zone(name, at + length)
    following = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    if token.lower in _MANY and (token.text.isupper() or following in ("time", "standard", "daylight")):
        return Zone(None, at + 1)
    return None


def _plain(word: str) -> str:
    """A word without its accents: `zürich` is `zurich`, as IANA writes it."""
    return unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()


@cache
def _cities() -> dict[str, str]:
    """`berlin` -> `Europe/Berlin`, `new york` -> `America/New_York`: the last part of each IANA name."""
    found: dict[str, str] = {}
    for name in sorted(zones()):
        if "/" in name and not name.startswith(
            ("Etc/", "posix/", "right/", "SystemV/", "US/", "Canada/", "Mexico/", "Chile/", "Brazil/")
        ):
            found.setdefault(name.rpartition("/")[2].replace("_", " ").lower(), name)
    return found
