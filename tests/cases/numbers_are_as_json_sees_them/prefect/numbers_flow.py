"""Arithmetic on integers and numbers.

Run: python numbers_flow.py
"""

import asyncio
import json
import math
from typing import Annotated, Any

from prefect import flow, task
from pydantic import Field


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


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


def power(left: Any, right: Any) -> int | float:
    """A power of two numbers; a whole one is exact and fits into 64 bits."""
    base, exponent = a_number(left), a_number(right)
    if not (isinstance(base, int) and isinstance(exponent, int) and exponent >= 0):
        return checked(float(base) ** float(exponent))
    if base not in (-1, 0, 1) and exponent > 63:
        raise OverflowError("the result does not fit into 64 bits")
    return checked(base**exponent)


def rounded(value: Any, precision: Any = 0) -> int | float:
    """Half to even, to so many decimals."""
    number = a_number(value)
    if abs(an_integer(precision)) > 400:
        return number if precision > 0 else 0
    return checked(round(number, precision))


@task
async def made(seven: int, half: float) -> dict[str, Any]:
    return {
        "quotient": checked(seven / 2),
        "whole_quotient": checked(14 / seven),
        "floored": checked(seven // 2),
        "floored_down": checked(checked(-seven) // 2),
        "rest": checked(checked(-seven) % 3),
        "power": power(2, 10),
        "doubled": checked(half * 4),
        "beyond_doubles": checked(9007199254740992 + 1),
        "tenth": checked(0.1 + 0.2),
        "even": [rounded(0.5), rounded(1.5), rounded(2.5), rounded(0.25, 1)],
    }


@flow(name="numbers")
async def numbers(
    seven: Annotated[int, Field(strict=True)] = 7,
    half: Annotated[float, Field(strict=True)] = 0.5,
) -> dict[str, Any]:
    """Arithmetic on integers and numbers."""
    made_all = await made(seven, half)
    return {
        "all": made_all,
        "same": made_all["doubled"] == 2 and 2 == 2,
        "text": f"{as_text(made_all['doubled'])} {as_text(made_all['quotient'])} 2",
    }


if __name__ == "__main__":
    asyncio.run(numbers())
