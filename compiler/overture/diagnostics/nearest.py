"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when none is near (0.6 of the letters in order, difflib's measure)."""
    candidates = list(known)
    folded = {each.lower().replace("-", "_"): each for each in candidates}
    if found := folded.get(name.lower().replace("-", "_")):
        return found
    matches = get_close_matches(name, candidates, n=1, cutoff=0.6)
    return matches[0] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The help line for an unknown name: the nearest one, else what there is (at most eight)."""
    candidates = sorted(set(known))
    if found := nearest(name, candidates):
        return f"did you mean `{found}`?"
    if not candidates:
        return None
    shown = ", ".join(f"`{each}`" for each in candidates[:8])
    return f"there is {shown}" + (", …" if len(candidates) > 8 else "")
