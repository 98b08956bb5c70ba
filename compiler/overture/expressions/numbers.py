"""Arithmetic (language.md 2): integers exactly in 64 bits, all else in IEEE doubles, nothing that is not finite."""

from __future__ import annotations

import re
from collections.abc import Callable

from overture.expressions.failures import Refused
from overture.expressions.values import MAX_INTEGER, MIN_INTEGER, settle

Number = int | float


def _exact(result: int) -> int:
    if not MIN_INTEGER <= result <= MAX_INTEGER:
        raise Refused("the result does not fit into 64 bits")
    return result


def _result(number: Number, *operands: Number) -> Number:
    if isinstance(number, int) and all(isinstance(each, int) for each in operands):
        return _exact(number)
    return settle(number)


def add(left: Number, right: Number) -> Number:
    return _result(left + right, left, right)


def subtract(left: Number, right: Number) -> Number:
    return _result(left - right, left, right)


def multiply(left: Number, right: Number) -> Number:
    return _result(left * right, left, right)


def divide(left: Number, right: Number) -> Number:
    if right == 0:
        raise Refused("division by zero")
    return settle(left / right)


def floor_divide(left: Number, right: Number) -> Number:
    if right == 0:
        raise Refused("division by zero")
    return _result(left // right, left, right)


def modulo(left: Number, right: Number) -> Number:
    if right == 0:
        raise Refused("division by zero")
    return _result(left % right, left, right)


def power(base: Number, exponent: Number) -> Number:
    """Integers to an integer from 0 are exact; the rest is the double power, which has no value for a root of a
    negative number."""
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        if abs(base) > 1 and exponent > 64:  # never computed: the result would fill the memory
            raise Refused("the result does not fit into 64 bits")
        return _exact(base**exponent)
    try:
        result = float(base) ** float(exponent)
    except (OverflowError, ZeroDivisionError):
        raise Refused("the result is not a finite number") from None
    if isinstance(result, complex):
        raise Refused("a negative number has no such power")
    return settle(result)


ARITHMETIC: dict[str, Callable[[Number, Number], Number]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "//": floor_divide,
    "%": modulo,
    "**": power,
}


def negate(number: Number) -> Number:
    return _result(-number, number)


def absolute(number: Number) -> Number:
    return _result(abs(number), number)


def rounded(number: Number, precision: int) -> Number:
    """Half to even, of the number's exact value (so 2.675 to two decimals is 2.67)."""
    if abs(precision) > 400:
        return number if precision > 0 else 0
    return _result(round(number, precision), number)


def fixed(number: Number, decimals: int) -> str:
    """With exactly so many decimals, half to even; zero has no sign."""
    if not 0 <= decimals <= 100:
        raise Refused("the number of decimals must be 0 to 100")
    if isinstance(number, int):
        return f"{number}" + ("." + "0" * decimals if decimals else "")
    return f"{number:z.{decimals}f}"


_INTEGER = re.compile(r"[+-]?[0-9]{1,400}")
_FLOAT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


def integer(value: Number | str) -> int:
    """A number cut off towards zero; a text of digits."""
    if isinstance(value, str):
        if not _INTEGER.fullmatch(value):
            raise Refused(f"{_shown(value)} is no integer")
        return _exact(int(value))
    return _exact(int(value))


def double(value: Number | str) -> Number:
    """The number itself; a text that is written as a decimal number."""
    if isinstance(value, str):
        if not _FLOAT.fullmatch(value):
            raise Refused(f"{_shown(value)} is no number")
        return settle(float(value))
    return value


def _shown(text: str) -> str:
    return f"`{text}`" if len(text) <= 40 else f"`{text[:40]}…`"
