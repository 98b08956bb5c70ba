"""The value rules of language.md 2: numbers, text, equality, order, and the limits on what an expression may build."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from enum import Enum
from typing import Final

from overture.expressions.failures import Refused
from overture.expressions.types import Json, kind_of

# Limits of one expression. The text limit is the smallest of the engines' (Kestra renders at most 10,485,760
# characters); the list limit is Kestra's limit on `range`.
MAX_TEXT_CHARACTERS = 10_485_760
MAX_ITEMS = 1_000_000
TOO_LONG = f"the text would be longer than {MAX_TEXT_CHARACTERS:,} characters"

MIN_INTEGER, MAX_INTEGER = -(2**63), 2**63 - 1
_EXACT = 2**53


class Missing(Enum):
    """The absence of a value: what a scope gives for a name that has none, and what `first` of nothing is."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


def settle(number: int | float) -> int | float:
    """The one form of a number: an integral double within 2^53 is the integer (so there is no -0.0), an integer
    beyond 64 bits is the nearest double.

    Raises Refused for what is no finite number."""
    if isinstance(number, int):
        if MIN_INTEGER <= number <= MAX_INTEGER:
            return number
        try:
            return float(number)
        except OverflowError:
            raise Refused("the number is too large") from None
    if not math.isfinite(number):
        raise Refused("the result is not a finite number")
    return int(number) if number.is_integer() and abs(number) <= _EXACT else number


def settled(value: Json) -> Json:
    """A value read from data, its number (not those inside it) in the one form."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return settle(value)
    return list(value) if isinstance(value, tuple) else value


def is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_integer(value: Json) -> bool:
    return kind_of(value) == "integer"


def name_of(value: Json) -> str:
    """What a value is, in a message: `a list`, `null`."""
    return KIND_NAMES[kind_of(value)]


KIND_NAMES = {
    "null": "null",
    "boolean": "a boolean",
    "integer": "an integer",
    "number": "a number",
    "string": "a text",
    "array": "a list",
    "object": "an object",
}


def equal(left: Json, right: Json) -> bool:
    """Deep equality; never across types, 2 and 2.0 are one number, the order of keys does not matter."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if is_number(left) and is_number(right):
        return bool(settle(left) == settle(right))
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(value, right[key]) for key, value in left.items())
    return type(left) is type(right) and bool(left == right)


def identity(value: Json) -> object:
    """Something hashable that is the same for two values exactly when they are `equal`."""
    if isinstance(value, bool):
        return ("boolean", value)
    if is_number(value):
        return ("number", settle(value))
    if isinstance(value, (list, tuple)):
        return ("array", tuple(identity(item) for item in value))
    if isinstance(value, dict):
        return ("object", frozenset((key, identity(item)) for key, item in value.items()))
    return value


def number_text(number: int | float) -> str:
    """Python's `repr` without a final `.0`; -0.0 as `0`."""
    number = settle(number)
    return str(number) if isinstance(number, int) else repr(number).removesuffix(".0")


def render(value: Json) -> str:
    """A value as a template writes it (language.md 2): texts as they are, null as nothing, lists and objects as
    compact JSON.

    Raises Refused beyond `MAX_TEXT_CHARACTERS`."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return number_text(value)
    return json_text(value)


def json_text(value: Json) -> str:
    """Compact JSON, no escapes but JSON's own, numbers as `number_text` writes them.

    Raises Refused beyond `MAX_TEXT_CHARACTERS` (measured before anything is built)."""
    budget = MAX_TEXT_CHARACTERS
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            budget -= len(part) + 2
        elif isinstance(part, dict):
            budget -= 2 + 2 * len(part)
            waiting += part.values()
            budget -= sum(len(key) + 2 for key in part)
        elif isinstance(part, (list, tuple)):
            budget -= 2 + len(part)
            waiting += part
        else:
            budget -= 1
        if budget < 0:
            raise Refused(TOO_LONG)
    try:
        text = json.dumps(_printable(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except RecursionError:
        raise Refused("the value is nested too deeply") from None
    return bounded(text)


def _printable(value: Json) -> Json:
    """The same value, but what `json` would print otherwise than `number_text`: an integral double below 1e16, whose
    `repr` ends in `.0`, is an integer."""
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(item) for item in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = settle(value)
        return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 1e16 else number
    return value


def bounded(text: str) -> str:
    """The text. Raises Refused when it is longer than a text may be."""
    if len(text) > MAX_TEXT_CHARACTERS:
        raise Refused(TOO_LONG)
    return text


def joined(parts: Iterable[Json], separator: str = "") -> str:
    """Each part rendered, one after another. Raises Refused as soon as the text is too long."""
    texts: list[str] = []
    length = 0
    for part in parts:
        texts.append(render(part))
        length += len(texts[-1]) + len(separator)
        if length - len(separator) > MAX_TEXT_CHARACTERS:
            raise Refused(TOO_LONG)
    return separator.join(texts)


def bounded_list(items: list[Json]) -> list[Json]:
    """The list. Raises Refused when it is longer than a list may be."""
    if len(items) > MAX_ITEMS:
        raise Refused(f"the list would be longer than {MAX_ITEMS:,} items")
    return items
