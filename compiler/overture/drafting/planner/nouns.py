"""What noun phrases are made of: which words end them, what they are called, one and many."""

from __future__ import annotations

import re
import unicodedata

from overture.drafting.planner.vocabulary import vocabulary

DETERMINERS = vocabulary("the all my our your any these those this that an a every each")
PRONOUNS = vocabulary("it this that them these those each everything")
STOPS = vocabulary(
    "from as with without to into in at of on onto and or but then if when whenever unless until while for by using "
    "via per through after before about than whether because so that which who whose where is are was were be been has "
    "have had do does did not no please it its them they this these those every each otherwise else me us him her i we "
    "you he she some both only never let's there 's 're 'll 'd 'm 've between during within except"
)
EACH = vocabulary("each every")
"""Words by which something is done once for each of a list."""

NEUTRAL = vocabulary("same whole entire full resulting resulted fetched extracted made following given")
"""Words that tell no thing from another."""

_PLAIN_S = re.compile(r"(?:ss|us|is|news|series|status)$")


def singular(word: str) -> str:
    """`stories` is `story`; a word that is no plural stays as it is."""
    if _PLAIN_S.search(word) or len(word) < 4:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if re.search(r"(?:ss|x|ch|sh|zz)es$", word):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


def plural(word: str) -> str:
    """`story` is `stories`; a plural stays as it is."""
    if is_plural(word):
        return word
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search(r"(?:s|x|ch|sh)$", word) else "s")


def is_plural(word: str) -> bool:
    return singular(word) != word


def name_of(words: list[str]) -> str:
    """Words as a name of the language: small letters, digits and `_`, a letter first, at most 40 characters."""
    plain = unicodedata.normalize("NFKD", " ".join(words).lower()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].strip("_")
    if not name:
        return "item"
    return name if name[0].isalpha() else f"n_{name}"


def without_determiners(words: list[str]) -> list[str]:
    """`all of the new issues` is `new issues`."""
    at = 0
    while at < len(words) - 1 and (words[at] in DETERMINERS or (words[at] == "of" and at > 0)):
        at += 1
    return words[at:]
