"""The JSON in what a model wrote: bare, fenced, after its thoughts, or inside a sentence."""

from __future__ import annotations

import json
import re

from overture.expressions.types import Json

_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[A-Za-z0-9_-]*[ \t]*\n(.*?)\n[ \t]*```", re.DOTALL)
_MAX_STARTS = 200  # a text of nothing but braces is not searched for ever


def object_in(text: str) -> dict[str, Json] | None:
    """The object that a model answered, or None. The whole text is tried first, then what is fenced, then the longest
    balanced object that stands in it; an object that is cut off is none, never a shorter one."""
    bare = _THOUGHTS.sub("", text).strip().removeprefix("\ufeff")
    for candidate in (bare, *(match[1] for match in _FENCE.finditer(bare))):
        if (found := _load(candidate)) is not None:
            return found
    best: tuple[int, dict[str, Json]] | None = None
    decoder = json.JSONDecoder()
    here = bare.find("{")
    for _ in range(_MAX_STARTS):
        if here < 0:
            break
        try:
            value, end = decoder.raw_decode(bare, here)
        except (ValueError, RecursionError):
            # what begins here is no object; what begins inside it may only be a part of one that was cut off
            if _is_cut_off(bare, here):
                break
            here = bare.find("{", here + 1)
            continue
        if isinstance(value, dict) and (best is None or end - here > best[0]):
            best = (end - here, value)
        here = bare.find("{", end)
    return best[1] if best else None


def _load(text: str) -> dict[str, Json] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_cut_off(text: str, start: int) -> bool:
    """Whether the object that begins here as JSON does (a key in quotes) is never closed."""
    if not re.match(r'\{\s*"', text[start : start + 1000]):
        return False
    depth, is_text, is_escaped = 0, False, False
    for char in text[start:]:
        if is_text:
            is_text = is_escaped or char != '"'
            is_escaped = char == "\\" and not is_escaped
        elif char == '"':
            is_text, is_escaped = True, False
        elif char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
            if depth == 0:
                return False
    return True
