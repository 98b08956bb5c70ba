"""Helpers of written Python: numbers, texts, equality and paths.

Each function is copied as it stands (python_helpers.py), so it uses the standard library and other helpers only, and
its lines are at most 88 characters long.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def refuse_constant(name: str) -> Any:
    """NaN and the infinities are no JSON."""
    raise ValueError(f"{name} is not JSON")


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text; whole numbers are int, however they are written."""
    return json.loads(
        text,
        parse_int=lambda digits: as_number(int(digits)),
        parse_float=lambda digits: as_number(float(digits)),
        parse_constant=refuse_constant,
    )


def settled(value: Any) -> Any:
    """A JSON value with each number in its one form."""
    if isinstance(value, dict):
        return {key: settled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [settled(item) for item in value]
    return as_number(value) if type(value) in (int, float) else value


def number_text(value: float) -> str:
    """A number as text, without a final `.0`."""
    return repr(value).removesuffix(".0")


def printable(value: Any) -> Any:
    """The value, its doubles that Python would print with `.0` as integers."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return int(value)
    return value


def json_text(value: Any) -> str:
    """Compact JSON without needless escapes."""
    return json.dumps(printable(value), ensure_ascii=False, separators=(",", ":"))


def as_text(value: Any) -> str:
    """A value as text: null is empty, lists and objects are compact JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return json_text(value)


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


def an_object(value: Any) -> dict[str, Any]:
    """An object; anything else is refused."""
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, not {kind_of(value)}")
    return value


def a_number(value: Any) -> int | float:
    """A number; anything else is refused, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, not {kind_of(value)}")
    return value


def an_integer(value: Any) -> int:
    """A whole number; anything else is refused, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"expected an integer, not {kind_of(value)}")
    return value


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


def is_number(value: Any) -> bool:
    """Whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def scalar(value: Any) -> Any:
    """Anything but a list or an object, which are refused."""
    if isinstance(value, dict | list):
        raise TypeError(f"expected a single value, not {kind_of(value)}")
    return value


def subtract(left: Any, right: Any) -> int | float:
    """The difference of two numbers."""
    return checked(a_number(left) - a_number(right))


def multiply(left: Any, right: Any) -> int | float:
    """The product of two numbers."""
    return checked(a_number(left) * a_number(right))


def divide(left: Any, right: Any) -> int | float:
    """The quotient of two numbers."""
    return checked(a_number(left) / a_number(right))


def floor_divide(left: Any, right: Any) -> int | float:
    """The quotient of two numbers, rounded down."""
    return checked(a_number(left) // a_number(right))


def modulo(left: Any, right: Any) -> int | float:
    """What is left of a division that rounds down."""
    return checked(a_number(left) % a_number(right))


def add(left: Any, right: Any) -> Any:
    """The sum of two numbers, or two texts or two lists one after the other."""
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        return left + right
    return checked(a_number(left) + a_number(right))


def power(left: Any, right: Any) -> int | float:
    """A power of two numbers; a whole one is exact and fits into 64 bits."""
    base, exponent = a_number(left), a_number(right)
    if not (isinstance(base, int) and isinstance(exponent, int) and exponent >= 0):
        return checked(float(base) ** float(exponent))
    if base not in (-1, 0, 1) and exponent > 63:
        raise OverflowError("the result does not fit into 64 bits")
    return checked(base**exponent)


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


def an_index(value: Any) -> Any:
    """A whole number or a key; anything else is refused."""
    return value if isinstance(value, str) else an_integer(value)


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


def instead(value: Any, fallback: Callable[[], Any]) -> Any:
    """The value, or what is worked out instead of None."""
    return fallback() if value is None else value


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
