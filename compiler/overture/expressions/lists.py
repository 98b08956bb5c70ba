"""Functions of the table that work on lists and objects."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby as runs
from operator import itemgetter

from overture.expressions import numbers
from overture.expressions.failures import Refused
from overture.expressions.types import Json, kind_of
from overture.expressions.values import (
    MAX_ITEMS,
    MISSING,
    bounded_list,
    equal,
    identity,
    is_number,
    name_of,
    render,
    settle,
    settled,
)


def length(value: Json) -> int:
    return len(value)


def first(value: Json) -> Json:
    return settled(value[0]) if value else MISSING


def last(value: Json) -> Json:
    return settled(value[-1]) if value else MISSING


def reach(item: Json, attribute: str | None) -> Json:
    """What stands in an item at a dotted path, MISSING if nothing does."""
    for key in attribute.split(".") if attribute is not None else ():
        if item is None:
            return MISSING
        if not isinstance(item, dict):
            raise Refused(f"{name_of(item)} has no key `{key}`")
        if key not in item:
            return MISSING
        item = item[key]
    return settled(item)


def _picked(items: list[Json], attribute: str | None) -> list[Json]:
    found = []
    for number, item in enumerate(items):
        value = reach(item, attribute)
        if value is MISSING:
            raise Refused(f"item {number} has no `{attribute}`")
        found.append(value)
    return found


_ORDERED = {"boolean": "boolean", "integer": "number", "number": "number", "string": "string"}


def _check_order(keys: list[Json]) -> None:
    """Only values of one kind have an order: numbers, texts (by code point), booleans (false first)."""
    kinds = {_ORDERED.get(kind_of(key)) for key in keys}
    if None in kinds:
        odd = next(key for key in keys if kind_of(key) not in _ORDERED)
        raise Refused(f"{name_of(odd)} has no order")
    if len(kinds) > 1:
        raise Refused(f"values of different kinds have no order: {', '.join(sorted(str(kind) for kind in kinds))}")


def sort(items: list[Json], attribute: str | None, is_reversed: bool) -> list[Json]:
    """Stable, also in reverse."""
    keys = _picked(items, attribute)
    _check_order(keys)
    order = sorted(range(len(items)), key=keys.__getitem__, reverse=is_reversed)
    return [items[number] for number in order]


def unique(items: list[Json]) -> list[Json]:
    """The first of equal items stays."""
    found: dict[object, Json] = {}
    for item in items:
        found.setdefault(identity(item), item)
    return list(found.values())


def total(items: list[Json]) -> Json:
    for item in items:
        if not is_number(item):
            raise Refused(f"{name_of(item)} cannot be added up")
    found: int | float = 0
    for item in items:
        found = numbers.add(found, settle(item))
    return found


def least(items: list[Json]) -> Json:
    return _extreme(items, min)


def greatest(items: list[Json]) -> Json:
    return _extreme(items, max)


def _extreme(items: list[Json], choose: Callable[[list[Json]], Json]) -> Json:
    if not items:
        raise Refused("the list is empty")
    found = [settled(item) for item in items]
    _check_order(found)
    return choose(found)


def reverse(value: Json) -> Json:
    return value[::-1]


def pick(items: list[Json], attribute: str) -> list[Json]:
    return _picked(items, attribute)


Word = Callable[[Json, Json], bool]


def _is_less(left: Json, right: Json) -> bool:
    if not ((is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str))):
        raise Refused(f"{name_of(left)} and {name_of(right)} have no order")
    return bool(left < right)


def contains(container: Json, value: Json) -> bool:
    """`value in container`: among a list's items or an object's keys, or a text in a text."""
    if isinstance(container, (list, tuple)):
        return any(equal(item, value) for item in container)
    if isinstance(container, (dict, str)):
        if not isinstance(value, str):
            raise Refused(f"{name_of(value)} cannot be in {name_of(container)}")
        return value in container
    raise Refused(f"nothing is in {name_of(container)}")


# The words of `select` and its kin that take a value; `defined` and `none` take none.
WORDS: dict[str, Word] = {
    "eq": equal,
    "ne": lambda left, right: not equal(left, right),
    "lt": _is_less,
    "le": lambda left, right: not _is_less(right, left),
    "gt": lambda left, right: _is_less(right, left),
    "ge": lambda left, right: not _is_less(left, right),
    "in": lambda left, right: contains(right, left),
}


def _holds(value: Json, word: str | None, operand: Json, where: str) -> bool:
    if word == "defined":
        return value is not MISSING
    if word == "none":
        return value is MISSING or value is None
    if value is MISSING:
        raise Refused(f"{where} is missing")
    if word is None:
        if not isinstance(value, bool):
            raise Refused(f"{where} is {name_of(value)}, not a boolean")
        return value
    if operand is MISSING:
        raise Refused(f"`{word}` needs a value to compare with")
    return WORDS[word](value, settled(operand))


def _kept(items: list[Json], attribute: str | None, word: str | None, operand: Json, wanted: bool) -> list[Json]:
    if word is not None and word not in WORDS and word not in ("defined", "none"):
        raise Refused(f"there is no test `{word}`")
    kept = []
    for number, item in enumerate(items):
        where = f"item {number}" if attribute is None else f"`{attribute}` of item {number}"
        if _holds(reach(item, attribute), word, operand, where) is wanted:
            kept.append(item)
    return kept


def select(items: list[Json], word: str | None, operand: Json) -> list[Json]:
    return _kept(items, None, word, operand, True)


def reject(items: list[Json], word: str | None, operand: Json) -> list[Json]:
    return _kept(items, None, word, operand, False)


def select_by(items: list[Json], attribute: str, word: str | None, operand: Json) -> list[Json]:
    return _kept(items, attribute, word, operand, True)


def reject_by(items: list[Json], attribute: str, word: str | None, operand: Json) -> list[Json]:
    return _kept(items, attribute, word, operand, False)


def group(items: list[Json], attribute: str) -> list[Json]:
    """A list of `{key, items}` in the order of the keys; the items of a group stay in theirs."""
    keys = _picked(items, attribute)
    _check_order(keys)
    ordered = sorted(zip(keys, items, strict=True), key=itemgetter(0))
    return [{"key": key, "items": [item for _, item in members]} for key, members in runs(ordered, key=itemgetter(0))]


def index(items: list[Json], attribute: str) -> dict[str, Json]:
    """An object of the items by key, each key as a text; of equal keys the last wins."""
    return {render(key): item for key, item in zip(_picked(items, attribute), items, strict=True)}


def combine(value: dict[str, Json], other: dict[str, Json]) -> dict[str, Json]:
    """The keys of both; where both have one, the other's value."""
    return {**value, **other}


def keys(value: dict[str, Json]) -> list[str]:
    return list(value)


def values(value: dict[str, Json]) -> list[Json]:
    return list(value.values())


def flatten(items: list[Json]) -> list[Json]:
    """One level: the items of its lists in their place, what is no list as it is."""
    found: list[Json] = []
    for item in items:
        found += item if isinstance(item, (list, tuple)) else [item]
        bounded_list(found)
    return found


def batch(items: list[Json], size: int) -> list[list[Json]]:
    if size < 1:
        raise Refused("a batch holds at least one item")
    return [items[start : start + size] for start in range(0, len(items), size)]


def count_up(start: int, stop: int) -> list[int]:
    if stop - start > MAX_ITEMS:
        raise Refused(f"the list would be longer than {MAX_ITEMS:,} items")
    return list(range(start, stop))


def add_lists(left: list[Json], right: list[Json]) -> list[Json]:
    if len(left) + len(right) > MAX_ITEMS:
        raise Refused(f"the list would be longer than {MAX_ITEMS:,} items")
    return [*left, *right]
