"""Computes with numbers at the edges.

Run: python edges.py '{"name": ...}'
"""

import asyncio
import json
import math
import re
import sys
from collections.abc import Mapping
from typing import Annotated, Any

from jsonschema import Draft202012Validator
from prefect import flow, task
from pydantic import Field

ROWS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {"type": "integer"},
    "minItems": 4,
}


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


def a_list(value: Any) -> list[Any]:
    """A list; anything else is refused."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, not {kind_of(value)}")
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


def power(left: Any, right: Any) -> int | float:
    """A power of two numbers; a whole one is exact and fits into 64 bits."""
    base, exponent = a_number(left), a_number(right)
    if not (isinstance(base, int) and isinstance(exponent, int) and exponent >= 0):
        return checked(float(base) ** float(exponent))
    if base not in (-1, 0, 1) and exponent > 63:
        raise OverflowError("the result does not fit into 64 bits")
    return checked(base**exponent)


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


def rounded(value: Any, precision: Any = 0) -> int | float:
    """Half to even, to so many decimals."""
    number = a_number(value)
    if abs(an_integer(precision)) > 400:
        return number if precision > 0 else 0
    return checked(round(number, precision))


def fixed(value: Any, decimals: Any) -> str:
    """A number as text with exactly so many decimals."""
    if not 0 <= an_integer(decimals) <= 100:
        raise ValueError("the number of decimals must be 0 to 100")
    number = a_number(value)
    if isinstance(number, int):
        return f"{number}" + ("." + "0" * decimals if decimals else "")
    return f"{number:z.{decimals}f}"


def to_integer(value: Any) -> int:
    """A number cut off towards zero, or a text of digits as a number."""
    if not isinstance(value, str):
        return int(checked(int(a_number(value))))
    if not re.fullmatch(r"[+-]?[0-9]{1,400}", value):
        raise ValueError("the text is no integer")
    return int(checked(int(value)))


def total(items: Any) -> int | float:
    """The sum of numbers."""
    result: int | float = 0
    for item in a_list(items):
        result = checked(result + a_number(item))
    return result


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task
async def made(
    rows: list[int], small: float, seven: int, two: float
) -> tuple[Any, ...]:
    return (
        [
            checked(rows[3] + 1),
            checked(max(rows) - 1),
            min(rows),
            power(2, 62),
            dig(rows, -1, default=0),
        ],
        f"{checked(rows[3] + 1)} {dig(rows, 0, default=0)} "
        f"{as_text(checked(small * 1e22))} {as_text(checked(small + 0.2))} 0 "
        f"{as_text(checked(small * 0))} {as_text(checked(small / 1000000))} "
        f"{as_text(checked(small * 1000000))} {as_text(checked(seven / 2))} "
        f"{as_text(checked(1.2345678901234568e17 * 1))}",
        [
            checked(seven / 2),
            checked(seven // 2),
            checked(checked(-seven) // 2),
            checked(seven // -2),
            checked(checked(-seven) % 3),
            checked(seven % -3),
            checked(seven % 3),
            checked(checked(-seven) % -3),
            checked(6 / 3),
            checked(5.5 % 2.5),
        ],
        [
            1 == 1,
            two == 2,
            [1, 2] == [1, 2],
            checked(rows[3] + 1) > rows[3],
            0 == 0,
            small < 0.5 and 2 in [two],
            checked(small + 0.2) == 0.3,
        ],
        [
            rounded(2.5),
            rounded(3.5),
            rounded(-2.5),
            rounded(0.125, 2),
            rounded(0.95),
            rounded(2.675, 2),
            fixed(small, 2),
            "1e+21",
            to_integer(3.99),
            to_integer(-3.99),
        ],
        [total([0.1, 0.2, 0.3]), total([1, 2]), total([small, 0.2])],
        f"{as_text([0])} {0 * -1}",
    )


@flow(name="edges")
async def edges(
    rows: Annotated[list[int], Field(min_length=4)],
    seven: Annotated[int, Field(strict=True)] = 1,
    small: Annotated[float, Field(strict=True)] = 1,
    two: Annotated[float, Field(strict=True)] = 2,
) -> dict[str, Any]:
    """Computes with numbers at the edges."""
    fitting(rows, ROWS_SCHEMA)
    (
        made_integers,
        made_texts,
        made_divided,
        made_compared,
        made_rounded,
        made_sums,
        made_zero,
    ) = await made(rows, small, seven, two)
    return {
        "integers": made_integers,
        "texts": made_texts,
        "divided": made_divided,
        "compared": made_compared,
        "rounded": made_rounded,
        "sums": made_sums,
        "zero": made_zero,
    }


if __name__ == "__main__":
    asyncio.run(edges(**json.loads(sys.argv[1])))
