"""Helpers of written Python that work on lists (see python_values.py)."""

from __future__ import annotations

import json
from typing import Any

from overture.plan.python_values import (
    a_list,
    a_number,
    a_text,
    an_integer,
    as_text,
    checked,
    contains,
    dig,
    has,
    kind_of,
    less,
    same,
    truth,
)


def reach(item: Any, path: str | None) -> Any:
    """What stands in an item at a dotted path of keys."""
    for key in path.split(".") if path is not None else ():
        if not isinstance(item, dict) or key not in item:
            raise KeyError(f"an item has no {path}")
        item = item[key]
    return item


def in_order_keys(keys: list[Any]) -> list[Any]:
    """The keys; refused unless all are numbers, all texts or all booleans."""
    kinds = {kind_of(key) for key in keys}
    if len(kinds) > 1 or not kinds <= {"number", "text", "boolean"}:
        raise TypeError(f"no order among {', '.join(sorted(kinds))}")
    return keys


def in_order(items: Any, path: str | None = None, reverse: bool = False) -> list[Any]:
    """Sorted by what stands at a path, or by the items themselves; equal ones stay."""
    keys = in_order_keys([reach(item, path) for item in a_list(items)])
    places = sorted(range(len(keys)), key=keys.__getitem__, reverse=truth(reverse))
    return [items[place] for place in places]


def least(items: Any) -> Any:
    """The first in order of what may be numbers, texts or booleans."""
    return min(in_order_keys(a_list(items)))


def greatest(items: Any) -> Any:
    """The last in order of what may be numbers, texts or booleans."""
    return max(in_order_keys(a_list(items)))


def unique(items: Any) -> list[Any]:
    """The items without those that came before."""
    found: dict[str, Any] = {}
    for item in a_list(items):
        found.setdefault(json.dumps(item, sort_keys=True), item)
    return list(found.values())


def total(items: Any) -> int | float:
    """The sum of numbers."""
    result: int | float = 0
    for item in a_list(items):
        result = checked(result + a_number(item))
    return result


def picked(items: Any, path: str) -> list[Any]:
    """What stands at a path in each item."""
    path = a_text(path)
    return [reach(item, path) for item in a_list(items)]


def is_kept(item: Any, path: str | None, word: str | None, operand: Any) -> bool:
    """Whether what stands at a path in an item passes a test."""
    keys = [] if path is None else a_text(path).split(".")
    if word == "defined":
        return has(item, *keys)
    if word == "none":
        return dig(item, *keys) is None
    value = reach(item, path)
    if word is None:
        return truth(value)
    if word in ("eq", "ne"):
        return same(value, operand) is (word == "eq")
    if word == "in":
        return contains(operand, value)
    if word in ("lt", "ge"):
        return less(value, operand) is (word == "lt")
    return less(operand, value) is (word == "gt")


def a_test(word: str | None) -> str | None:
    """A word that `is_kept` knows, or None; anything else is refused."""
    known = ("defined", "none", "eq", "ne", "in", "lt", "le", "gt", "ge")
    if word is not None and word not in known:
        raise ValueError(f"there is no test {word}")
    return word


def kept(items: Any, path: str | None, word: str | None, operand: Any) -> list[Any]:
    """The items that pass a test."""
    word = a_test(word)
    return [item for item in a_list(items) if is_kept(item, path, word, operand)]


def dropped(items: Any, path: str | None, word: str | None, operand: Any) -> list[Any]:
    """The items that do not pass a test."""
    word = a_test(word)
    return [item for item in a_list(items) if not is_kept(item, path, word, operand)]


def grouped(items: Any, path: str) -> list[dict[str, Any]]:
    """The items by what stands at a path, as {key, items}, in the order of the keys."""
    keys = in_order_keys(picked(items, path))
    groups: dict[Any, list[Any]] = {}
    for key, item in zip(keys, items, strict=True):
        groups.setdefault(key, []).append(item)
    return [{"key": key, "items": groups[key]} for key in sorted(groups)]


def indexed(items: Any, path: str) -> dict[str, Any]:
    """The items by what stands at a path, as text; of equal keys the last wins."""
    keys = picked(items, path)
    return {as_text(key): item for key, item in zip(keys, items, strict=True)}


def flattened(items: Any) -> list[Any]:
    """The items of the lists in a list, each in its place."""
    found = []
    for item in a_list(items):
        found += item if isinstance(item, list) else [item]
    return found


def batches(items: Any, size: Any) -> list[list[Any]]:
    """The items in lists of at most so many."""
    if an_integer(size) < 1:
        raise ValueError("a batch holds at least one item")
    return [items[at : at + size] for at in range(0, len(a_list(items)), size)]


def numbers_between(start: Any, stop: Any) -> list[int]:
    """The whole numbers from one to before another."""
    if an_integer(stop) - an_integer(start) > 1_000_000:
        raise ValueError("the list would be longer than 1,000,000 items")
    return list(range(start, stop))
