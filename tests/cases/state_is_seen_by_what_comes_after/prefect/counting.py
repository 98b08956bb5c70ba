"""Counts its runs.

Run: python counting.py
"""

import asyncio
import math
from collections.abc import Mapping
from typing import Any

from prefect import flow, task
from prefect.variables import Variable

STATE_VARIABLE = "counting_state"
STATE_DEFAULTS: dict[str, Any] = {"runs": 0, "last": None}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def settled(value: Any) -> Any:
    """A JSON value with each number in its one form."""
    if isinstance(value, dict):
        return {key: settled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [settled(item) for item in value]
    return as_number(value) if type(value) in (int, float) else value


def kind_of(value: Any) -> str:
    """What a JSON value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "object" if isinstance(value, dict) else "list"


def truth(value: Any) -> bool:
    """A boolean; anything else is refused, for nothing else is true or false."""
    if not isinstance(value, bool):
        raise TypeError(f"expected a boolean, not {kind_of(value)}")
    return value


def a_list(value: Any) -> list[Any]:
    """A list; anything else is refused."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, not {kind_of(value)}")
    return value


def a_text(value: Any) -> str:
    """A text; anything else is refused."""
    if not isinstance(value, str):
        raise TypeError(f"expected a text, not {kind_of(value)}")
    return value


def a_number(value: Any) -> int | float:
    """A number; anything else is refused, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, not {kind_of(value)}")
    return value


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


def same(left: Any, right: Any) -> bool:
    """Deep equality of JSON values: 2 is 2.0, but true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        keys = left.keys()
        return keys == right.keys() and all(same(left[key], right[key]) for key in keys)
    return bool(left == right)


def less(left: Any, right: Any) -> bool:
    """Whether one number or text comes before another."""
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return a_number(left) < a_number(right)


def contains(container: Any, item: Any) -> bool:
    """Whether a list has an item, an object a key, or a text a text."""
    if isinstance(container, list):
        return any(same(each, item) for each in container)
    if isinstance(container, dict | str):
        return a_text(item) in container
    raise TypeError(f"nothing is in {kind_of(container)}")


def at(value: Any, step: Any) -> Any:
    """A value by its key, an item by its number, or a part by a slice."""
    if isinstance(value, dict if isinstance(step, str) else list | str):
        return value[step]
    raise TypeError(f"no {step!r} in {kind_of(value)}")


def dig(value: Any, *path: Any, default: Any = None) -> Any:
    """What stands at a path of keys, numbers and slices, or else the default."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return default
        try:
            value = at(value, step)
        except LookupError:
            return default
    return default if value is None else value


def has(value: Any, *path: Any) -> bool:
    """Whether something stands at a path of keys, numbers and slices, even null."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return False
        try:
            value = at(value, step)
        except LookupError:
            return False
    return True


def reach(item: Any, path: str | None) -> Any:
    """What stands in an item at a dotted path of keys."""
    for key in path.split(".") if path is not None else ():
        if not isinstance(item, dict) or key not in item:
            raise KeyError(f"an item has no {path}")
        item = item[key]
    return item


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


def a_test(word: Any) -> str | None:
    """A word that `is_kept` knows, or None; anything else is refused."""
    known = ("defined", "none", "eq", "ne", "in", "lt", "le", "gt", "ge")
    if word is not None and word not in known:
        raise ValueError(f"there is no test {word}")
    return word


def kept(items: Any, path: str | None, word: str | None, operand: Any) -> list[Any]:
    """The items that pass a test."""
    word = a_test(word)
    return [item for item in a_list(items) if is_kept(item, path, word, operand)]


async def read_state() -> dict[str, Any]:
    """What is kept between runs."""
    kept = await Variable.aget(STATE_VARIABLE, default=None)
    return {**STATE_DEFAULTS, **settled(kept or {})}


async def remember_values(values: Mapping[str, Any]) -> None:
    """Keep values for what comes after and for later runs: 5,000 characters in all."""
    kept = await Variable.aget(STATE_VARIABLE, default=None)
    await Variable.aset(STATE_VARIABLE, {**(kept or {}), **values}, overwrite=True)


@task
async def before() -> int:
    state = await read_state()
    return state["runs"]


@task
async def count() -> None:
    state = await read_state()
    await remember_values(
        {
            "runs": checked(state["runs"] + 1),
            "last": {"note": None, "runs": state["runs"]},
        },
    )


@task
async def after() -> int:
    state = await read_state()
    return state["runs"]


@flow(name="counting")
async def counting() -> dict[str, Any]:
    """Counts its runs."""
    before_runs = await before()
    await count()
    after_runs = await after()
    state = await read_state()
    return {"before": before_runs, "after": after_runs, "last": state["last"]}


if __name__ == "__main__":
    asyncio.run(counting())
